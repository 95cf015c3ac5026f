// The sliders: what they are set to is this page's matter. It is sent at once, and while it is read once more at the end.
const QUIET_MS = 20;
const inputs = [...element.querySelectorAll('[data-damage]')];
let seed = 0;
let curve = '';
let timer = 0;

function written(input) {
  const value = Number(input.value);
  if (value === 0) return say('none');
  const unit = input.dataset.unit;
  return unit === '°' ? value + unit : unit ? `${value} ${unit}` : String(value);
}

function show() {
  inputs.forEach((input) => {
    const row = input.closest('.zj-slider');
    row.querySelector('output').textContent = written(input);
    row.style.setProperty('--at', `${(100 * input.value) / input.max}%`);
    row.classList.toggle('on', Number(input.value) > 0);
  });
}

// In the address: "blur:1.2,jpeg:3@5", the seed only where it is not the first.
function setInAddress() {
  if (!window.zijianAddress) return;
  const each = inputs.filter((input) => Number(input.value) > 0).map((input) => `${input.dataset.damage}:${Number(input.value)}`);
  window.zijianAddress.set('break', {damage: each.join(',') + (each.length && seed ? `@${seed}` : '')});
}

function setAsAddressSays() {
  const [each, number] = (window.zijianAddress.settingsIn('break').damage || '').split('@');
  const wanted = Object.fromEntries(each.split(',').map((one) => one.split(':')));
  inputs.forEach((input) => { input.value = Number(wanted[input.dataset.damage]) || 0; });
  seed = Number(number) % 1000 || 0;
  show();
  return inputs.some((input) => Number(input.value) > 0);
}

function tell(event) {
  const damages = Object.fromEntries(inputs.map((input) => [input.dataset.damage, Number(input.value)]));
  props.value = {damages, seed, curve};
  trigger(event);
}

function send(delayMs) {
  show();
  setInAddress();
  clearTimeout(timer);
  timer = setTimeout(() => tell('input'), delayMs);
}

element.addEventListener('input', (event) => {
  if (event.target.dataset.damage) send(QUIET_MS);
});

element.addEventListener('dblclick', (event) => {
  if (!event.target.dataset.damage) return;
  event.target.value = 0;
  send(0);
});

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.preset) {
    const wanted = JSON.parse(button.dataset.preset);
    inputs.forEach((input) => { input.value = wanted[input.dataset.damage] || 0; });
    send(0);
  }
  if (button.dataset.do === 'dice') {
    seed = (seed + 1) % 1000;
    send(0);
  }
  if (button.dataset.curve) {
    curve = button.dataset.curve;
    tell('select');
    const chart = document.querySelector('#break-chart');
    if (chart) chart.scrollIntoView({behavior: 'smooth', block: 'nearest'});
  }
});

// What a search found is set by the server, once each.
let taken = 0;
watch('value', () => {
  const told = props.value || {};
  if (!told.set || told.set === taken) return;
  taken = told.set;
  inputs.forEach((input) => { input.value = told.damages[input.dataset.damage] || 0; });
  send(0);
});

show();
const asSaid = window.zijianAddress && setAsAddressSays();
if (window.zijianAddress) window.zijianAddress.onBack('break', () => { setAsAddressSays(); send(0); });
// While the page is being put together nobody listens yet, on a busy machine for seconds; what is told twice changes
// nothing.
for (const delayMs of [60, 1000, 4000]) {
  setTimeout(() => {
    if (asSaid) tell('input'); // what a link brings may have been read before the sliders stood
    trigger('ready');
  }, delayMs);
}
