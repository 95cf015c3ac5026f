// Makes the CTC view live: zoom and one shared scroll, what is under the pointer, the keyboard, and playing.
// Stands after ctc_view_draw.js in the same script. Talks to nobody but, in a frame, its height to its parent.

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const [scroller, stage, paper, over, tip, overview] = ["scroller", "stage", "paper", "over", "tip", "overview"].map(byId);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const GUTTER_PX = 160;
const EDGE_PX = 14;

const view = { scale: 1, width: 0, narrow: false, roominess: 1, X: (px) => EDGE_PX + (px - axis.left) * view.scale };
const panels = engines.map(makePanel);
let focus = null; // {px, engine, chars: [[numbers] per engine] or null, truth: its number, pointer: {x, y} or null}
let pinned = false;
let head = null; // the reading head in image pixels while playing
let clock = null; // time stamp of the last animation step; null when it stands still

// ---- building -------------------------------------------------------------------------------------------------

function makePanel(engine, number) {
  const section = html(stage, "section", "panel");
  section.dataset.engine = number;
  const source = document.querySelector(`.reading[data-engine="${number}"]`);
  section.setAttribute("style", source.getAttribute("style"));
  const edited = buildEdited(section, engine);
  const gutter = html(section, "div", "gutter");
  const name = html(gutter, "span", "engine");
  html(name, "b", "", engine.name).title = engine.name;
  const body = html(section, "div", "body");
  const plot = svg(body, "svg", { class: "plot" });
  if (!engine.frames) html(section, "p", "cannot", cannotShow(engine));
  const hidden = engine.frames ? engine.frames - framesShown(engine) : 0;
  if (hidden) html(section, "p", "cannot note", overPadding(hidden));
  if (engine.truthNote) html(section, "p", "cannot note", engine.truthNote);
  return { engine, gutter, plot, edited, rows: null, written: Array.from(source.querySelectorAll("[data-char]")) };
}

function overPadding(hidden) {
  return say("padding", { n: hidden });
}

function cannotShow(engine) {
  const placed = engine.chars.length ? say("cannot.placed") : say("cannot.text");
  return placed + (data.truth.length ? say("cannot.truth") : "");
}

function labelRows(panel) {
  panel.gutter.querySelectorAll(".label, .tick").forEach((node) => node.remove());
  const { rows } = panel;
  const names = { text: say("text"), taken: say("taken"), runs: say("runs"), path: say("path"), ribbon: say("ribbon"), sight: say("sight"), truth: say("truth") };
  for (const [key, name] of Object.entries(names)) {
    if (!rows[key] || !rows[key].height) continue;
    const label = html(panel.gutter, "span", "label " + key, name);
    const beside = rows[key].top + rows[key].height * (key === "ribbon" ? 0.25 : 0.5) - 9;
    label.style.top = (view.narrow ? rows[key].top - rows.caption - 1 : beside) + "px";
  }
  if (!rows.ribbon || view.narrow) return;
  for (const p of [1, 0.5, 0]) {
    const tick = html(panel.gutter, "span", "tick", String(p));
    tick.style.top = rows.ribbon.top + rows.ribbon.height * (1 - p) - 7 + "px";
  }
}

function draw() {
  view.narrow = scroller.clientWidth < 640;
  root.classList.toggle("narrow", view.narrow);
  root.classList.toggle("dense", view.roominess < 0.5 && !view.narrow);
  const shownWidth = (axis.right - axis.left) * view.scale;
  view.width = Math.ceil(shownWidth + 2 * EDGE_PX);
  const wholeWidth = view.width + gutterPx();
  stage.style.width = Math.max(wholeWidth, scroller.clientWidth) + "px";
  paper.style.width = view.width + "px";
  paper.style.height = data.height * view.scale + "px";
  Object.assign(byId("image").style, { left: view.X(0) + "px", width: data.width * view.scale + "px" });
  drawRuler(byId("ruler"), view);
  markDifferences();
  for (const panel of panels) {
    panel.rows = drawPanel(panel.plot, panel.engine, view);
    labelRows(panel);
    panel.gutter.style.setProperty("--rows", panel.rows.height + "px");
  }
  byId("picture").firstElementChild.style.setProperty("--rows", data.height * view.scale + 16 + "px");
  overview.hidden = wholeWidth <= scroller.clientWidth + 2;
  byId("out").disabled = view.scale <= limits().smallest * 1.001;
  byId("in").disabled = view.scale >= limits().largest * 0.999;
  light();
  showOverview();
  tellHeight();
}

const gutterPx = () => (view.narrow ? 0 : GUTTER_PX);

// ---- zoom and scroll ------------------------------------------------------------------------------------------

function limits() {
  view.narrow = scroller.clientWidth < 640;
  const room = scroller.clientWidth - gutterPx() - 2 * EDGE_PX - 2;
  const fit = room / (axis.right - axis.left);
  const largest = Math.max((view.narrow ? 300 : 440) / data.height, 1e-3);
  return { fit, smallest: Math.min(fit, largest), largest };
}

// The height in CSS pixels that the page around has left for this view; 0 where it does not say, or on a phone.
const roomGiven = () => (view.narrow ? 0 : Number(root.dataset.room) || 0);

// What of the room is left for picture and tracks together.
function roomForStage() {
  const above = scroller.getBoundingClientRect().top - document.body.getBoundingClientRect().top;
  return roomGiven() - above - byId("ruler").clientHeight - 8;
}

// The whole line if it stays legible, else as large as it must be; short lines are not blown up.
function comfortableScale() {
  const { fit } = limits();
  const strides = engines.filter((e) => e.frames).map((e) => e.stride);
  const legible = Math.max(28 / data.height, strides.length ? 5 / Math.min(...strides) : 0);
  const wanted = fit >= legible * 0.8 ? fit : legible;
  if (roomGiven()) return Math.min(wanted, tallestPicture() / data.height);
  const tall = Math.min(190, Math.max(132, 0.17 * innerHeight));
  const usual = (view.narrow ? 110 : tall) / data.height;
  const forShortLines = Math.min(0.35 * fit, (view.narrow ? 110 : 190) / data.height);
  return Math.min(wanted, Math.max(usual, forShortLines));
}

// On a stage the picture may have what the tracks do not need at their densest, and a little of what they would like.
function tallestPicture() {
  const spare = roomForStage() - densest();
  return Math.min(190, Math.max(56, spare > 96 ? 96 + 0.3 * (spare - 96) : spare));
}

const densest = () => engines.reduce((sum, engine) => sum + 3 + rowsOf(engine, view.narrow, 0).height, 0);

// How roomy the tracks are drawn, 0 to 1, so that all of them are seen at once where that can be.
function fittingRoominess() {
  if (!roomGiven()) return 1;
  const roomiest = engines.reduce((sum, engine) => sum + 3 + rowsOf(engine, view.narrow, 1).height, 0);
  const left = roomForStage() - data.height * view.scale;
  return Math.min(1, Math.max(0, (left - densest()) / Math.max(1, roomiest - densest())));
}

function zoomTo(scale, clientX) {
  const { smallest, largest } = limits();
  const before = scroller.getBoundingClientRect().left + gutterPx();
  const anchor = clientX === undefined ? before + (scroller.clientWidth - gutterPx()) / 2 : clientX;
  const px = pxAt(anchor);
  view.scale = Math.min(largest, Math.max(smallest, scale));
  draw();
  scroller.scrollLeft = view.X(px) - (anchor - before);
}

function pxAt(clientX) {
  const left = scroller.getBoundingClientRect().left + gutterPx() - scroller.scrollLeft;
  return (clientX - left - EDGE_PX) / view.scale + axis.left;
}

function keepInSight(px) {
  const room = scroller.clientWidth - gutterPx();
  const x = view.X(px);
  if (x < scroller.scrollLeft + 0.1 * room || x > scroller.scrollLeft + 0.8 * room) scroller.scrollLeft = x - 0.3 * room;
}

function showOverview() {
  if (overview.hidden) return;
  const room = scroller.clientWidth - gutterPx();
  const share = overview.clientWidth / view.width;
  const mark = overview.querySelector("i");
  mark.style.left = scroller.scrollLeft * share + "px";
  mark.style.width = Math.min(overview.clientWidth, room * share) + "px";
}

function dragOverview(event) {
  if (event.type === "pointermove" && !event.buttons) return;
  const share = (event.clientX - overview.getBoundingClientRect().left) / overview.clientWidth;
  scroller.scrollLeft = share * view.width - (scroller.clientWidth - gutterPx()) / 2;
}

// ---- what is looked at ----------------------------------------------------------------------------------------

const centreOf = (character) => (character.box[0] + character.box[2]) / 2;

function charUnder(engine, px) {
  return engine.chars.findIndex((c) => px >= c.box[0] && px < c.box[2]);
}

function overlapping(character) {
  return engines.map((engine) =>
    engine.chars.flatMap((other, number) => {
      const shared = Math.min(character.box[2], other.box[2]) - Math.max(character.box[0], other.box[0]);
      const narrower = Math.min(character.box[2] - character.box[0], other.box[2] - other.box[0]);
      return shared > 0.35 * narrower ? [number] : [];
    })
  );
}

function focusOnChar(engineNumber, charNumber, pointer) {
  const character = engines[engineNumber].chars[charNumber];
  const truth = truthOfChar(engines[engineNumber], charNumber);
  focus = { px: centreOf(character), engine: engineNumber, chars: overlapping(character), lead: character, truth, pointer };
  light();
}

function focusOnPx(px, engineNumber, pointer) {
  focus = { px: Math.min(axis.right, Math.max(axis.left, px)), engine: engineNumber, chars: null, pointer };
  light();
}

function forget() {
  focus = null;
  pinned = false;
  light();
}

// Which engine and character or frame the pointer means: cards and image mean characters, the rest frames.
function aim(event) {
  const px = pxAt(event.clientX);
  const pointer = { x: event.clientX, y: event.clientY };
  const written = event.target.closest("[data-char]");
  const right = event.target.closest("[data-truth]");
  if (right && !written) {
    const row = right.closest("[data-engine]");
    return focusOnTruth(row ? +row.dataset.engine : 0, +right.dataset.truth, pointer);
  }
  if (written && !isEdited(engines[+written.closest("[data-engine]").dataset.engine]) && engines[+written.closest("[data-engine]").dataset.engine].chars[+written.dataset.char]) return focusOnChar(+written.closest("[data-engine]").dataset.engine, +written.dataset.char, pointer);
  if (event.target.closest("#paper")) {
    const number = engines.findIndex((engine) => charUnder(engine, px) >= 0);
    return number < 0 ? focusOnPx(px, 0, pointer) : focusOnChar(number, charUnder(engines[number], px), pointer);
  }
  const plot = event.target.closest(".plot");
  if (!plot) return pinned || forget();
  const number = panels.findIndex((panel) => panel.plot === plot);
  const { text, truth } = panels[number].rows;
  const y = event.clientY - plot.getBoundingClientRect().top;
  if (truth && y > truth.top - 6) {
    const meant = engines[number].truth.findIndex((t) => px >= t.x0 && px < t.x1);
    if (meant >= 0) return focusOnTruth(number, meant, pointer);
  }
  const under = charUnder(engines[number], px);
  if (y < text.top + text.height + 6 && under >= 0) focusOnChar(number, under, pointer);
  else focusOnPx(px, number, pointer);
}

function light() {
  const playing = head !== null;
  document.querySelectorAll(".ch.lit").forEach((node) => node.classList.remove("lit"));
  const truth = focus && focus.truth >= 0 ? focus.truth : -1;
  if (truth >= 0) document.querySelectorAll(`[data-truth="${truth}"]`).forEach((node) => node.classList.add("lit"));
  panels.forEach((panel, number) => lightPanel(panel, number));
  lightImage();
  leaveDifference();
  if (focus && !playing && !focus.quiet) showTip();
  else tip.hidden = true;
}

function lightPanel(panel, number) {
  const layer = panel.plot.querySelector("g.lit");
  layer.replaceChildren();
  const { engine, rows } = panel;
  drawSightLane(layer, panel, number);
  if (head !== null) svg(layer, "rect", { class: "veil", x: fixed(view.X(head)), y: 0, width: view.width, height: rows.height });
  if (!focus) return;
  for (const n of focus.chars ? focus.chars[number] : []) if (engine.chars[n]) lightChar(layer, engine, engine.chars[n], rows);
  if (rows.truth && focus.truth >= 0) lightTruth(layer, engine, engine.truth[focus.truth], rows);
  if (!isEdited(engine)) panel.written.forEach((node) => {
    if (focus.chars && focus.chars[number].includes(+node.dataset.char)) node.classList.add("lit");
  });
  if (engine.frames && !focus.chars) {
    const frame = frameAt(engine, focus.px);
    const x0 = view.X(edgeOf(engine, frame));
    const width = engine.stride * view.scale;
    svg(layer, "rect", { class: "frame", x: fixed(x0), y: rows.path.top - 3, width: fixed(width), height: rows.ribbon.top + rows.ribbon.height - rows.path.top + 5, rx: 2 });
  }
  if (!focus.chars || head !== null) svg(layer, "path", { class: "crosshair", d: `M${fixed(view.X(focus.px))} 0V${rows.height}` });
}

function lightChar(layer, engine, character, rows) {
  const place = placeOf(engine, character, view.X);
  const hue = hueClass(character.s);
  svg(layer, "path", { class: "way " + hue, d: wayOf(place, rows) });
  const outline = (x0, x1, row, grow) =>
    svg(layer, "rect", { class: "outline " + hue, x: fixed(x0 - grow), y: row.top - grow, width: fixed(x1 - x0 + 2 * grow), height: row.height + 2 * grow, rx: 4 });
  outline(place.card0, place.card1, rows.text, 0.5);
  if (!engine.frames) return;
  outline(place.run0, place.run1, { top: rows.runs.top, height: rows.path.top + rows.path.height - rows.runs.top }, 1);
  outline(place.run0, place.run1, rows.ribbon, 1);
}

function lightImage() {
  over.replaceChildren();
  const height = data.height * view.scale;
  over.setAttribute("width", view.width);
  over.setAttribute("height", height);
  if (head !== null) svg(over, "rect", { class: "veil thin", x: fixed(view.X(head)), y: 0, width: fixed(Math.max(0, view.X(data.width) - view.X(head))), height });
  if (!focus) return;
  const box = (c) => {
    const [x0, x1] = [view.X(c.box[0]), view.X(c.box[2])];
    const y0 = Math.max(0, c.box[1]) * view.scale;
    const y1 = Math.min(data.height, c.box[3]) * view.scale;
    return { x: fixed(x0), y: fixed(y0 + 1), width: fixed(Math.max(2, x1 - x0)), height: fixed(Math.max(2, y1 - y0 - 2)) };
  };
  if (!drawSightOnPicture(height) && focus.chars && focus.lead && head === null) {
    const b = box(focus.lead);
    const hole = `M${fixed(view.X(0))} 0H${fixed(view.X(data.width))}V${fixed(height)}H${fixed(view.X(0))}ZM${b.x} ${b.y}v${b.height}h${b.width}v-${b.height}z`;
    svg(over, "path", { class: "shade", d: hole, "fill-rule": "evenodd" });
  }
  engines.forEach((engine, number) => {
    const lit = focus.chars ? focus.chars[number] : [];
    engine.chars.forEach((c, n) => {
      if (!lit.includes(n) && (head !== null || !focus.chars)) return;
      svg(over, "rect", { class: "box e" + (lit.includes(n) ? " lit" : ""), ...box(c), style: panels[number].plot.closest("section").getAttribute("style") });
    });
  });
  if (focus.byTruth) engines.forEach((engine, number) => {
    const t = engine.truth[focus.truth];
    if (t.first === undefined) return;
    const [x0, x1] = [view.X(edgeOf(engine, t.first)), view.X(edgeOf(engine, t.last + 1))];
    svg(over, "rect", { class: "box truth lit", x: fixed(x0), y: 1, width: fixed(x1 - x0), height: height - 2, style: panels[number].plot.closest("section").getAttribute("style") });
  });
  if (focus.chars && head === null) return;
  const engine = engines[focus.engine];
  if (engine.frames && head === null) {
    const x = view.X(edgeOf(engine, frameAt(engine, focus.px)));
    svg(over, "rect", { class: "frame", x: fixed(x), y: 0, width: fixed(engine.stride * view.scale), height });
  }
  svg(over, "path", { class: "crosshair", d: `M${fixed(view.X(focus.px))} 0V${fixed(height)}` });
}
