// Where in the view one looks, as two short texts: told to the page around, which may keep them in a link, and taken
// from it. Stands before ctc_view_play.js in the same script.

const TELL_AFTER_MS = 250;
let toldPlace = " ";
let placeTimer = 0;

// "13", or "13-2" for a frame of the second engine; "" where none is pinned.
function framePinned() {
  if (!pinned || !focus || !engines[focus.engine].frames) return "";
  const frame = frameAt(engines[focus.engine], focus.px);
  return focus.engine ? `${frame}-${focus.engine + 1}` : String(frame);
}

// "2.5@340": so many times as large as all of the line, with this pixel in the middle; "" as the view chose it.
function zoomChosen() {
  const usual = Math.abs(view.scale / comfortableScale() - 1) < 0.01 && scroller.scrollLeft < 2;
  if (usual) return "";
  return `${(view.scale / limits().fit).toFixed(2)}@${Math.round(pxAt(middle()))}`;
}

const middle = () => scroller.getBoundingClientRect().left + gutterPx() + (scroller.clientWidth - gutterPx()) / 2;

function tellPlace() {
  const place = { frame: framePinned(), zoom: zoomChosen() };
  const told = JSON.stringify(place);
  if (told === toldPlace || parent === window) return;
  toldPlace = told;
  parent.postMessage({ type: "ctc-view-place", ...place }, "*");
}

// What comes from outside may be anything: numbers are brought into their bounds, the rest is passed over.
function goTo({ frame, zoom }) {
  const [, times, centre] = /^(\d{1,3}(?:\.\d{1,3})?)@(-?\d{1,6})$/.exec(zoom) || [];
  if (times) {
    const { fit, smallest, largest } = limits();
    view.scale = Math.min(largest, Math.max(smallest, fit * Number(times)));
    draw();
    scroller.scrollLeft = view.X(Number(centre)) - (scroller.clientWidth - gutterPx()) / 2;
  }
  const [, number, row] = /^(\d{1,4})(?:-([1-9]))?$/.exec(frame) || [];
  const engine = engines[Number(row || 1) - 1];
  if (number === undefined || !engine || !engine.frames) return;
  const wanted = Math.min(engine.frames - 1, Number(number));
  focusOnPx((edgeOf(engine, wanted) + edgeOf(engine, wanted + 1)) / 2, engines.indexOf(engine), null);
  pinned = true;
  if (!times) keepInSight(focus.px);
  light();
}

function forgetPlace() {
  clearTimeout(placeTimer);
  toldPlace = " ";
}

function wirePlace() {
  const soon = () => {
    clearTimeout(placeTimer);
    placeTimer = setTimeout(tellPlace, TELL_AFTER_MS);
  };
  for (const kind of ["click", "keyup", "wheel", "pointerup"]) document.addEventListener(kind, soon, { passive: true });
}
