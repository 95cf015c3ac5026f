// The view while its picture changes: other numbers for the same engines, and the clean path left behind as a ghost.
// Stands in the same script as the others. What comes is made by ctc_view_data.py, as the first numbers were.

// Where a symbol stands on the path now, the ghost's run of it is still there.
function holds(engine, [symbol, x0, x1]) {
  return engine.chars.some((c) => c.s === symbol && edgeOf(engine, c.first) < x1 + engine.stride && edgeOf(engine, c.last + 1) > x0 - engine.stride);
}

// Runs and spikes as they were on the clean picture; those that are gone keep their character.
function drawGhost(plot, engine, rows, X) {
  if (!engine.ghost || !engine.ghost.length || isEdited(engine)) return;
  const group = svg(plot, "g", { class: "ghosts" });
  for (const run of engine.ghost) {
    const [symbol, left, right, p] = run;
    const width = Math.max(3, X(right) - X(left));
    const x = X((left + right) / 2) - width / 2;
    const ghost = svg(group, "g", { class: holds(engine, run) ? "ghost" : "ghost gone" });
    svg(ghost, "rect", { x: fixed(x), y: rows.runs.top - 1.5, width: fixed(width), height: rows.runs.height + 3, rx: 5 });
    const high = (Math.min(1000, p) / 1000) * rows.ribbon.height;
    svg(ghost, "rect", { x: fixed(x), y: fixed(rows.ribbon.top + rows.ribbon.height - high), width: fixed(width), height: fixed(high) });
    if (holds(engine, run)) continue;
    const size = fontSize(glyphOf(symbol), Math.max(width, 13), 8, 14);
    svg(ghost, "text", { x: fixed(x + width / 2), y: fixed(rows.runs.top + rows.runs.height / 2 + size * 0.36), "font-size": fixed(size) }, glyphOf(symbol));
  }
}

// Puts other numbers and another picture in the place of those there are; nothing is looked at any more.
function drawInstead(drawing, image) {
  if (head !== null) stop();
  focus = null;
  pinned = false;
  spot = -1;
  const { engines: fresh, differences: places, ...rest } = drawing;
  engines.splice(0, engines.length, ...fresh);
  differences.splice(0, differences.length, ...places);
  Object.assign(data, rest);
  measureAxis(); // first: panels say what lies beyond it
  stage.querySelectorAll(".panel").forEach((node) => node.remove());
  panels.splice(0, panels.length, ...engines.map(makePanel));
  byId("image").src = overview.querySelector("img").src = image;
  nameKind();
}

// Takes what `live_update` made: everything is drawn anew at the size it had, and nothing is looked at any more.
function takeUpdate({ drawing, image }) {
  if (!drawing || !Array.isArray(drawing.engines) || drawing.engines.length !== engines.length) return;
  if (!String(image).startsWith("data:image/")) return;
  const heightBefore = data.height;
  drawInstead(drawing, image);
  byId("spotlight").hidden = true; // coming and going it would move the tracks
  view.scale *= heightBefore / data.height;
  view.roominess = fittingRoominess();
  draw();
}

function drawingIn(written) {
  try {
    const drawing = JSON.parse(written);
    return Array.isArray(drawing.engines) && Array.isArray(drawing.differences) ? drawing : null;
  } catch {
    return null;
  }
}

// Takes what `ctc_view_of_line` made of another line, by whichever engines: as if the page had been opened with it,
// which would cost the reading of its style and scripts once more.
function takeLine({ readings, image, description, data: written }) {
  if (![readings, image, description, written].every((part) => typeof part === "string")) return;
  const drawing = drawingIn(written);
  if (!drawing || !image.startsWith("data:image/")) return;
  byId("readings").innerHTML = readings;
  scroller.setAttribute("aria-label", new DOMParser().parseFromString(description, "text/html").body.textContent);
  drawInstead(drawing, image);
  lookAfresh();
  forgetPlace();
  showSpotlight();
  if (scroller.clientWidth) settle(); // hidden, it is settled once it is seen
  scroller.scrollTo(0, 0);
}
