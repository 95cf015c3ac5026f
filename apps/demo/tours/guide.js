// Leads through a tour: points at one thing after the other and says a sentence of it. Next by button, Enter or the
// right arrow, back by the left one, Escape ends. Which steps there are comes from the server as the guide's value.
const menu = element.querySelector('.zj-tours');
const ring = element.querySelector('.zj-tour-ring');
const box = element.querySelector('.zj-tour');
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const opener = () => document.querySelector('.zj-tour-button');
let steps = [];
let at = -1;
let follower = 0;

const part = (name) => box.querySelector(`[data-do="${name}"]`);

function place() {
  const target = steps[at] && document.querySelector(steps[at].target);
  const bounds = target && target.getBoundingClientRect();
  ring.hidden = !bounds || !bounds.width;
  if (ring.hidden) return;
  Object.assign(ring.style, {left: `${bounds.left - 5}px`, top: `${bounds.top - 5}px`, width: `${bounds.width + 4}px`, height: `${Math.min(bounds.height, innerHeight - bounds.top) + 4}px`});
}

// The view is there only after its line has been read.
function toDifference(attempts) {
  const view = document.querySelector('#view iframe');
  if (view && view.dataset.measured) view.contentWindow.postMessage({type: 'ctc-view-key', key: 'n'}, '*');
  else if (attempts > 0) setTimeout(() => toDifference(attempts - 1), 250);
}

function go(number) {
  if (number < 0) return;
  if (number >= steps.length) return end();
  at = number;
  const {target, text, do: does} = steps[at];
  box.hidden = false;
  box.querySelector('#zj-tour-text').textContent = text;
  box.querySelector('.zj-tour-step').textContent = say('step', {number: at + 1, n: steps.length});
  part('end').textContent = say('end');
  part('next').textContent = say('next');
  part('next').hidden = at === steps.length - 1;
  const shown = document.querySelector(target);
  if (shown) shown.scrollIntoView({behavior: calm.matches ? 'auto' : 'smooth', block: 'nearest'});
  if (does === 'difference') toDifference(40);
  clearInterval(follower);
  follower = setInterval(place, 120);
  place();
  (part('next').hidden ? part('end') : part('next')).focus({preventScroll: true});
}

function end() {
  clearInterval(follower);
  [steps, at] = [[], -1];
  ring.hidden = box.hidden = true;
  if (opener()) opener().focus();
}

function ask(tour) {
  menu.hidden = true;
  steps = [{target: '#tabs', text: say('looking'), do: ''}];
  box.querySelector('#zj-tour-title').textContent = '';
  go(0);
  props.value = {tour};
  trigger('select');
}

watch('value', () => {
  const told = props.value || {};
  if (!told.steps) return;
  steps = told.steps;
  box.querySelector('#zj-tour-title').textContent = told.title;
  go(0);
});

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.tour) ask(button.dataset.tour);
  if (button.dataset.do === 'next') go(at + 1);
  if (button.dataset.do === 'end') end();
});
document.addEventListener('click', (event) => {
  if (event.target.closest('.zj-tour-button')) {
    menu.hidden = !menu.hidden;
    if (!menu.hidden) menu.querySelector('button').focus();
  } else if (!event.target.closest('.zj-tours')) menu.hidden = true;
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && (at >= 0 || !menu.hidden)) {
    if (!menu.hidden) opener().focus();
    menu.hidden = true;
    if (at >= 0) end();
  }
  if (at < 0 || event.target.closest('input, textarea, select')) return;
  if (event.key === 'ArrowRight') go(Math.min(steps.length - 1, at + 1));
  if (event.key === 'ArrowLeft') go(at - 1);
});

// An address names a tour: it begins once the page listens.
const named = new URLSearchParams(location.search).get('tour');
if (element.querySelector(`[data-tour="${CSS.escape(named || '')}"]`)) setTimeout(() => ask(named), 1200);
