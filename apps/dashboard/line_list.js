// Draws lines of a run as a list of buttons, and says which one was chosen. Texts are set as text, never as HTML.
function element(kind, name, text) {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function reading(one) {
  const shown = element("span", one.right ? "what" : "what wrong");
  shown.append(one.right ? "✓ " : one.mark + " ");
  for (const [kind, text] of one.parts) {
    shown.append(kind === "missed" ? element("span", "missed") : element(kind === "right" ? "span" : "s", "", text));
  }
  return shown;
}

function line(one, choose) {
  const made = element("button", "line");
  made.type = "button";
  made.dataset.index = one.index;
  if (one.opened) made.setAttribute("aria-current", "true");
  const picture = one.picture ? element("img") : element("span", "none", "no picture");
  if (one.picture) Object.assign(picture, { src: one.picture, alt: "" });
  const texts = element("span", "texts");
  texts.append(element("span", "who", "truth"), element("span", "what truth", one.truth));
  for (const each of one.readings) texts.append(element("span", "who", each.names), reading(each));
  const facts = element("span", "facts");
  if (one.tags) facts.append(element("span", "tags", one.tags), element("br"));
  facts.append(one.facts);
  made.append(picture, texts, facts);
  made.onclick = () => choose(one.index);
  return made;
}

export default function ({ parentElement, data, setTriggerValue }) {
  let list = parentElement.querySelector(".lines");
  if (!list) {
    list = element("div", "lines");
    parentElement.append(list);
  }
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", data.label);
  list.replaceChildren(...data.lines.map((one) => line(one, (index) => setTriggerValue("chosen", index))));
  list.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...list.children];
    all[all.indexOf(event.target.closest(".line")) + step]?.focus();
    event.preventDefault();
  };
}
