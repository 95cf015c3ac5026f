// Paper to write on with finger, pen or mouse. Strokes live in this page alone; what is sent is the picture of them,
// a moment after the pen was lifted, with a number by which older answers are told apart.
const QUIET_MS = 400;
const canvas = element.querySelector('canvas');
const pen = canvas.getContext('2d');
const INK = '#14161c';
let strokes = [];
let live = null;
let size = 1;
let number = 0;
let timer = 0;

const width = () => canvas.clientWidth;
const height = () => canvas.clientHeight;

// ---- drawing: a stroke is points with a width each; curves run through the middles between them --------------------
function segment(context, points, i) {
  const [a, b, c] = [points[Math.max(0, i - 2)], points[Math.max(0, i - 1)], points[i]];
  context.beginPath();
  context.lineWidth = (b.w + c.w) / 2;
  context.moveTo((a.x + b.x) / 2, (a.y + b.y) / 2);
  context.quadraticCurveTo(b.x, b.y, (b.x + c.x) / 2, (b.y + c.y) / 2);
  context.stroke();
}

function wholeStroke(context, points) {
  const last = points[points.length - 1];
  if (points.length === 1) {
    context.beginPath();
    context.arc(last.x, last.y, last.w / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  for (let i = 1; i < points.length; i += 1) segment(context, points, i);
  const before = points[points.length - 2];
  context.beginPath();
  context.lineWidth = last.w;
  context.moveTo((before.x + last.x) / 2, (before.y + last.y) / 2);
  context.lineTo(last.x, last.y);
  context.stroke();
}

function ready(context) {
  context.lineCap = context.lineJoin = 'round';
  context.strokeStyle = context.fillStyle = INK;
}

function redraw() {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width() * scale);
  canvas.height = Math.round(height() * scale);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  ready(pen);
  strokes.forEach((points) => wholeStroke(pen, points));
  if (live) wholeStroke(pen, live.points);
  element.querySelector('.zj-sheet').classList.toggle('written', strokes.length > 0 || live !== null);
  element.querySelectorAll('[data-do]').forEach((button) => { button.disabled = strokes.length === 0; });
}

function picture() {
  const sheet = document.createElement('canvas');
  sheet.width = Math.min(2400, Math.round(width()));
  sheet.height = Math.min(1200, Math.round(height()));
  const context = sheet.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, sheet.width, sheet.height);
  ready(context);
  strokes.forEach((points) => wholeStroke(context, points));
  return sheet.toDataURL('image/png');
}

// ---- sending --------------------------------------------------------------------------------------------------------
function changed(delayMs) {
  clearTimeout(timer);
  number += 1;
  canvas.dataset.number = number;
  const readings = document.querySelector('#write-readings');
  if (readings) readings.classList.add('zj-stale');
  timer = setTimeout(() => {
    props.value = {ink: strokes.length ? picture() : '', number};
    trigger('input');
  }, delayMs);
}

// ---- pointers: the first finger writes, a palm does not ---------------------------------------------------------------
function pointOf(event) {
  const box = canvas.getBoundingClientRect();
  const point = {x: event.clientX - box.left, y: event.clientY - box.top, t: event.timeStamp};
  const base = size * Math.max(5, height() * 0.034);
  const before = live && live.points[live.points.length - 1];
  let wanted = base;
  if (event.pointerType === 'pen' && event.pressure > 0) wanted = base * (0.5 + event.pressure);
  else if (before) {
    const speed = Math.hypot(point.x - before.x, point.y - before.y) / Math.max(1, point.t - before.t);
    wanted = base * Math.min(1.18, Math.max(0.72, 1.22 - 0.22 * speed));
  }
  point.w = before ? 0.75 * before.w + 0.25 * wanted : wanted;
  return point;
}

canvas.addEventListener('pointerdown', (event) => {
  if (!event.isPrimary || event.button !== 0 || live) return;
  event.preventDefault();
  clearTimeout(timer);
  canvas.setPointerCapture(event.pointerId);
  live = {pointer: event.pointerId, points: []};
  live.points.push(pointOf(event));
  element.querySelector('.zj-sheet').classList.add('written');
  wholeStroke(pen, live.points);
});

canvas.addEventListener('pointermove', (event) => {
  if (!live || event.pointerId !== live.pointer) return;
  const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  (events.length ? events : [event]).forEach((each) => {
    const point = pointOf(each);
    const last = live.points[live.points.length - 1];
    if (Math.hypot(point.x - last.x, point.y - last.y) < 1.2) return;
    live.points.push(point);
    segment(pen, live.points, live.points.length - 1);
  });
});

function lift(event) {
  if (!live || event.pointerId !== live.pointer) return;
  strokes.push(live.points);
  live = null;
  redraw();
  changed(QUIET_MS);
}
canvas.addEventListener('pointerup', lift);
canvas.addEventListener('pointercancel', lift);
canvas.addEventListener('contextmenu', (event) => event.preventDefault());

// ---- undo, clear, pen ---------------------------------------------------------------------------------------------------
function undo() {
  if (!strokes.length) return;
  strokes.pop();
  redraw();
  changed(strokes.length ? QUIET_MS / 2 : 0);
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.do === 'undo') undo();
  if (button.dataset.do === 'clear') {
    strokes = [];
    redraw();
    changed(0);
  }
  if (button.dataset.pen) {
    size = Number(button.dataset.pen);
    element.querySelectorAll('[data-pen]').forEach((one) => one.setAttribute('aria-pressed', one === button));
  }
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest && event.target.closest('input, textarea, [contenteditable]');
  if (typing || canvas.offsetParent === null || event.key !== 'z' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  undo();
});

new ResizeObserver(redraw).observe(canvas);
redraw();
