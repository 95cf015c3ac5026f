// The CTC view in a sandboxed frame of its own: given what is of one line alone, makes its document of that and of the
// page that every view is (`window.zijianView`), and tells a document that is there of the next line.

const frame = () => element.querySelector('iframe');
let listening = null; // the frame whose document has said that it is there
let lastHeight = '';
let roomLeft = () => ''; // the height in CSS pixels that the page has for the view; a stage knows it
let willBeToldMore = () => false; // whether the document is still to hear something that decides how high it is
const theme = () => (document.body.classList.contains('dark') ? 'dark' : 'light');

function show(line) {
  const shown = frame();
  if (!line || !line.language) return shown && shown.remove();
  if (shown && listening === shown && shown.dataset.language === line.language) return tellLine(shown, line);
  // Another document in the same frame would be a step of the browser's history, and going back would undo that
  // alone: a document gets a frame of its own. It is as high as the one before until it is measured, or all that is
  // below would jump under the pointer.
  const fresh = document.createElement('iframe');
  fresh.setAttribute('sandbox', 'allow-scripts');
  fresh.referrerPolicy = 'no-referrer';
  fresh.title = line.title;
  Object.assign(fresh.dataset, { language: line.language, theme: theme() });
  fresh.style.cssText = `width:100%;border:0;display:block;height:${lastHeight || line.height + 'px'}`;
  fresh.srcdoc = documentOf(line);
  if (shown) shown.replaceWith(fresh);
  else element.append(fresh);
}

function documentOf(line) {
  const { pages, ...code } = window.zijianView;
  const known = { ...line, ...code, theme: theme(), room: roomLeft() };
  return pages[line.language].map((part, number) => (number % 2 ? known[part] : part)).join('');
}

// What was noted of the line before is not so of this one; the page around is laid out as it was.
function tellLine(shown, line) {
  for (const name of Object.keys(shown.dataset)) if (!['room', 'language', 'theme'].includes(name)) delete shown.dataset[name];
  shown.contentWindow.postMessage({ ...line, type: 'ctc-view-line' }, '*');
}

// The frame is sandboxed and cannot be measured from outside: its document says how high it is.
function measured(shown, height) {
  shown.style.height = lastHeight = Math.min(height, 6000) + 'px';
  shown.dataset.measured = 'true';
}

function said(type, then) {
  window.addEventListener('message', (event) => {
    const shown = frame();
    if (shown && event.source === shown.contentWindow && Object(event.data).type === type) then(shown, event.data);
  });
}

said('ctc-view-height', (shown, told) => {
  listening = shown;
  tellTheme();
  const height = Math.ceil(Number(told.height));
  if (height > 0 && !(lastHeight && willBeToldMore(shown))) measured(shown, height);
  goToPlace(shown);
});

// Where in the view a link leads is told to it once; where the visitor then looks, it tells.
function goToPlace(shown) {
  if (shown.dataset.placed || !window.zijianAddress) return;
  shown.dataset.placed = 'true';
  const place = window.zijianAddress.placeIn(window.zijianAddress.tabOf(element));
  if (place.frame || place.zoom) shown.contentWindow.postMessage({ type: 'ctc-view-go', ...place }, '*');
}

said('ctc-view-place', (shown, { frame: looked, zoom }) => {
  const plain = { frame: String(looked || '').slice(0, 12), zoom: String(zoom || '').slice(0, 20) };
  if (window.zijianAddress) window.zijianAddress.look(window.zijianAddress.tabOf(element), plain);
});

// A document that does not listen yet is told as soon as it does.
function tellTheme() {
  const shown = frame();
  if (!shown || listening !== shown || shown.dataset.theme === theme()) return;
  shown.dataset.theme = theme();
  shown.contentWindow.postMessage({ type: 'ctc-view-theme', theme: theme() }, '*');
}

new MutationObserver(tellTheme).observe(document.body, { attributes: true, attributeFilter: ['class'] });
