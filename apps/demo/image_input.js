// Pictures come in by choosing, dropping, pasting or the camera, are uploaded, and lie in a strip to click.
// What is in the strip is known to this page alone.
const limits = JSON.parse(element.querySelector('.zj-image-input').dataset.limits);
const MOST = 24;
const taken = []; // {path, name, url} of every picture of this visit
let shown = -1;

const find = (selector) => element.querySelector(selector);
const isShown = () => element.offsetParent !== null;

function complain(text) {
  const problem = find('.zj-image-input-problem');
  problem.textContent = text;
  problem.hidden = !text;
}

function drawStrip() {
  const strip = find('.zj-strip');
  strip.hidden = taken.length < 2;
  strip.replaceChildren(...taken.map((one, number) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.number = number;
    button.title = one.name;
    button.setAttribute('aria-pressed', number === shown);
    const image = new Image();
    image.src = one.url;
    image.alt = one.name;
    image.onerror = () => button.replaceChildren(document.createTextNode(one.name.slice(0, 18)));
    button.append(image);
    return button;
  }));
  if (shown < 0 || strip.hidden) return;
  const chosen = strip.children[shown];
  strip.scrollLeft = chosen.offsetLeft - strip.offsetLeft - (strip.clientWidth - chosen.offsetWidth) / 2;
}

function compareOne(number) {
  shown = number;
  drawStrip();
  trigger('select', {path: taken[number].path, name: taken[number].name});
}

async function take(files) {
  const all = [...files];
  const pictures = all.filter((file) => file.size <= limits.bytes).slice(0, MOST);
  const tooLarge = all.filter((file) => file.size > limits.bytes);
  complain(tooLarge.length ? say('too_large', {name: tooLarge[0].name, limit: limits.words}) : '');
  if (all.length > MOST) complain(say('too_many', {most: MOST}));
  const first = taken.length;
  find('.zj-drop').classList.add('busy');
  for (const file of pictures) {
    try {
      const {path} = await upload(file);
      taken.push({path, name: file.name || 'pasted.png', url: URL.createObjectURL(file)});
    } catch {
      complain(say('not_sent', {name: file.name, limit: limits.words}));
      continue;
    }
    if (taken.length === first + 1) compareOne(first);
    else drawStrip();
  }
  find('.zj-drop').classList.remove('busy');
}

// ---- choosing, dropping, pasting ----------------------------------------------------------------------------------
element.addEventListener('change', (event) => {
  if (event.target.type !== 'file') return;
  const files = [...event.target.files];
  event.target.value = '';
  if (files.length) take(files);
});
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.number) compareOne(Number(button.dataset.number));
  if (button.dataset.do === 'camera') openCamera();
  if (button.dataset.do === 'snap') snap();
  if (button.dataset.do === 'close') closeCamera();
});
const carriesFiles = (event) => isShown() && event.dataTransfer && [...event.dataTransfer.types].includes('Files');
document.addEventListener('dragover', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  find('.zj-drop').classList.add('over');
});
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) find('.zj-drop').classList.remove('over');
});
document.addEventListener('drop', (event) => {
  find('.zj-drop').classList.remove('over');
  if (!carriesFiles(event) || event.defaultPrevented) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});
document.addEventListener('paste', (event) => {
  const files = isShown() && event.clipboardData ? [...event.clipboardData.files] : [];
  if (!files.length) return;
  event.preventDefault();
  take(files);
});

// ---- the camera: a live picture where the browser allows it, else the phone's own camera program --------------------
let stream = null;

async function openCamera() {
  complain('');
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return find('.zj-phone-camera').click();
  try {
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment', width: {ideal: 1920}}});
  } catch {
    return complain(say('no_camera'));
  }
  find('.zj-camera').hidden = false;
  find('.zj-camera video').srcObject = stream;
}

function closeCamera() {
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
  find('.zj-camera').hidden = true;
}

function snap() {
  const video = find('.zj-camera video');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext('2d').drawImage(video, 0, 0);
  closeCamera();
  canvas.toBlob((blob) => take([new File([blob], `camera-${taken.length + 1}.png`, {type: 'image/png'})]), 'image/png');
}
