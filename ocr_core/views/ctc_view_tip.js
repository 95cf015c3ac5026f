// The CTC view's tooltip: what every engine has to say of the character or frame that is looked at.
// Stands after ctc_view.js in the same script.

function alternative(list, symbol, p) {
  const row = html(list, "li", symbol === BLANK ? "blank" : hueClass(symbol));
  html(row, "b", "", glyphOf(symbol));
  html(html(row, "i", "meter"), "i").style.width = p / 100 + "%";
  html(row, "span", "", percent(p));
  return row;
}

function fillTip() {
  tip.replaceChildren();
  engines.forEach((engine, number) => {
    const column = html(tip, "div", "column");
    column.setAttribute("style", panels[number].plot.closest("section").getAttribute("style"));
    const title = html(column, "h2", "");
    html(title, "i", "swatch");
    html(title, "span", "", engine.name);
    if (focus.byTruth) fillTruth(column, engine, engine.truth[focus.truth]);
    else if (focus.chars) fillChars(column, engine, focus.chars[number]);
    else fillFrame(column, engine);
  });
}

const framesOf = (first, last) => (first === last ? say("frame", { first }) : say("frames", { first, last }));
const pixelsOf = (left, right) => say("pixels", { left: Math.round(left), right: Math.round(right) });

function fillFrame(column, engine) {
  if (!engine.frames) return html(column, "p", "", say("no_frames"));
  const frame = frameAt(engine, focus.px);
  const [x0, x1] = [edgeOf(engine, frame), edgeOf(engine, frame + 1)];
  html(column, "p", "", `${framesOf(frame, frame)} · ${pixelsOf(x0, x1)}`);
  const list = html(column, "ul");
  for (const [symbol, p] of choicesAt(engine, frame)) {
    const row = alternative(list, symbol, p);
    if (pinned) makeChoosable(row, engine, frame, symbol);
  }
  if (pinned) html(column, "p", "", say("choose"));
}

function fillChars(column, engine, numbers) {
  if (!numbers.length) html(column, "p", "", say("nothing_here"));
  for (const character of numbers.slice(0, 3).map((n) => engine.chars[n])) {
    const big = html(column, "div", "big");
    html(big, "b", "", glyphOf(character.s));
    html(big, "span", "", percent(character.p));
    const px = pixelsOf(character.box[0], character.box[2]);
    html(column, "p", "", engine.frames ? `${framesOf(character.first, character.last)} · ${px}` : px);
    fillSight(column, engine, engine.chars.indexOf(character));
    const list = html(column, "ul");
    const shown = numbers.length > 1 ? 2 : view.narrow ? 3 : 5;
    for (const [symbol, p] of character.alt.slice(0, shown)) alternative(list, symbol, p);
    const right = engine.truth && engine.truth[truthOfChar(engine, engine.chars.indexOf(character))];
    if (right && right.kind === "substituted") html(column, "p", "right", say("right", { text: glyphOf(right.s), share: right.first === undefined ? "" : percent(right.p) }));
  }
}

// A pinned tooltip leaves the next frames free to be clicked.
function besideFrames() {
  const stride = engines[focus.engine].stride || 0;
  return Math.max(18, Math.min(72, 3.5 * stride * view.scale));
}

function showTip() {
  fillTip();
  tip.hidden = false;
  tip.classList.toggle("sheet", view.narrow);
  tip.classList.toggle("pinned", pinned);
  tip.removeAttribute("style");
  if (view.narrow) return;
  const line = scroller.getBoundingClientRect().left + gutterPx() - scroller.scrollLeft + view.X(focus.px);
  const at = focus.pointer || { x: line, y: paper.getBoundingClientRect().bottom };
  const clear = focus.lead ? ((focus.lead.box[2] - focus.lead.box[0]) / 2) * view.scale + 14 : pinned ? besideFrames() : 18;
  const right = at.x + clear + tip.offsetWidth < innerWidth - 8;
  const left = right ? at.x + clear : at.x - clear - tip.offsetWidth;
  const top = Math.min(innerHeight - tip.offsetHeight - 8, Math.max(8, at.y + 12));
  Object.assign(tip.style, { left: Math.max(8, left) + "px", top: Math.max(8, top) + "px" });
}
