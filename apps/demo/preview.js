// The picture that is read: dragging over it chooses the part to read, a click takes the whole picture again.
const SMALLEST = 0.012; // of either side; anything less is a click
let start = null;

const frame = () => element.querySelector('.zj-frame');

function placeIn(event) {
  const box = frame().getBoundingClientRect();
  const share = (value) => Math.min(1, Math.max(0, value));
  return [share((event.clientX - box.left) / box.width), share((event.clientY - box.top) / box.height)];
}

function drawCrop(crop) {
  const mark = element.querySelector('.zj-crop');
  mark.hidden = !crop;
  element.querySelector('[data-do="whole"]').hidden = !crop;
  if (!crop) return;
  const [x0, y0, x1, y1] = crop.map((share) => share * 100 + '%');
  Object.assign(mark.style, {left: x0, top: y0, width: `calc(${x1} - ${x0})`, height: `calc(${y1} - ${y0})`});
}

function cropTo(event) {
  const [x, y] = placeIn(event);
  return [Math.min(start[0], x), Math.min(start[1], y), Math.max(start[0], x), Math.max(start[1], y)];
}

element.addEventListener('pointerdown', (event) => {
  if (!frame() || !event.target.closest('.zj-frame') || event.button) return;
  if (event.pointerType === 'touch' && !frame().classList.contains('cropping')) return;
  event.preventDefault();
  start = placeIn(event);
  frame().setPointerCapture(event.pointerId);
});
element.addEventListener('pointermove', (event) => {
  if (start) drawCrop(cropTo(event));
});
element.addEventListener('pointercancel', () => {
  start = null;
});
element.addEventListener('pointerup', (event) => {
  if (!start) return;
  const crop = cropTo(event);
  start = null;
  frame().classList.remove('cropping');
  const large = crop[2] - crop[0] > SMALLEST && crop[3] - crop[1] > SMALLEST;
  const had = !element.querySelector('[data-do="whole"]').hidden;
  drawCrop(large ? crop : null);
  if (large || had) trigger('select', {crop: large ? crop : null});
});
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.do === 'remove') trigger('clear');
  if (button.dataset.do === 'crop') frame().classList.toggle('cropping');
  if (button.dataset.do === 'whole') {
    drawCrop(null);
    trigger('select', {crop: null});
  }
});
