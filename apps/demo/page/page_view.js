// Joins the page's outlines and the rows of text: the pointer on one lights the other, a click chooses the line.
// The same script runs in both components; each one hands its own clicks to Python.
const tab = () => element.closest('#tab-page') || document;
const lineOf = (target) => (target.closest ? target.closest('[data-line]') : null);

function light(number, name) {
  for (const one of tab().querySelectorAll('.zj-page .' + name + ', .zj-page-texts .' + name)) one.classList.remove(name);
  if (number === null) return;
  const both = `.zj-page [data-line="${number}"], .zj-page-texts li[data-line="${number}"]`;
  for (const one of tab().querySelectorAll(both)) one.classList.add(name);
}

function choose(line) {
  const number = Number(line.dataset.line);
  light(number, 'chosen');
  if (window.zijianAddress) window.zijianAddress.look('page', {line: String(number + 1)});
  trigger('select', {line: number});
}

async function copy(button, text) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement('textarea');  // pages without a secure origin have no clipboard
    box.value = text;
    document.body.append(box);
    box.select();
    done = document.execCommand('copy');
    box.remove();
  }
  const label = button.textContent;
  button.textContent = done ? say('copied') : say('not_allowed');
  setTimeout(() => { button.textContent = label; }, 1500);
}

function save(button, bytes) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], {type: button.dataset.type + ';charset=utf-8'}));
  link.download = button.dataset.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (button) {
    const bytes = Uint8Array.from(atob(button.dataset.content), (character) => character.charCodeAt(0));
    if (button.dataset.do === 'copy') copy(button, new TextDecoder().decode(bytes));
    else save(button, bytes);
    return;
  }
  const line = lineOf(event.target);
  if (line && !String(getSelection())) choose(line);
});
element.addEventListener('keydown', (event) => {
  const line = lineOf(event.target);
  if (!line || event.target.closest('button') || (event.key !== 'Enter' && event.key !== ' ')) return;
  event.preventDefault();
  choose(line);
});
element.addEventListener('pointerover', (event) => {
  const line = lineOf(event.target);
  light(line ? line.dataset.line : null, 'lit');
  if (!line || !element.querySelector('.zj-page')) return;
  const list = tab().querySelector('.zj-page-texts ol');
  const row = list && list.querySelector(`li[data-line="${line.dataset.line}"]`);
  if (row && list.scrollHeight > list.clientHeight) list.scrollTop = row.offsetTop - list.clientHeight / 3;
});
element.addEventListener('pointerleave', () => light(null, 'lit'));
// Rows are drawn anew whenever more lines are read: the outline, which stays, says which of them was chosen.
// A line that the address names is chosen once, when the lines stand on the page.
const outlineNamed = () => {
  const {line} = window.zijianAddress.placeIn('page');
  const asked = new URLSearchParams(location.search);
  return line && (asked.has('sample') || asked.has('case')) ? element.querySelector(`.zj-page g[data-line="${Number(line) - 1}"]`) : null;
};
let mayName = Boolean(window.zijianAddress);
function chooseNamed() {
  if (!mayName || !element.querySelector('.zj-page g')) return;
  mayName = false;
  const outline = outlineNamed();
  if (outline) choose(outline);
}
new MutationObserver(() => {
  chooseNamed();
  const outline = tab().querySelector('.zj-page g.chosen');
  if (outline) light(outline.dataset.line, 'chosen');
}).observe(element, {childList: true, subtree: true});
if (window.zijianAddress && element.closest('#page-picture')) {
  window.zijianAddress.onBack('page', ({content}) => {
    mayName = true;
    if (!content) chooseNamed();
  });
}

