// The truth in the CTC view, where it is known: what is looked at, lit and said of one of its characters.
// Stands in the same script as the others, after ctc_view.js.

function truthOfChar(engine, charNumber) {
  return engine.truth && !isEdited(engine) ? engine.truth.findIndex((t) => t.read === charNumber) : -1;
}

// What an engine read, or should have read, for one character of the truth.
function focusOnTruth(engineNumber, number, pointer) {
  const places = [engines[engineNumber], ...engines].map((e) => e.truth[number]).filter((t) => t.x0 !== undefined);
  const box = places.length ? [places[0].x0, 0, places[0].x1, data.height] : null;
  const chars = engines.map((e) => (e.truth[number].read === null || isEdited(e) ? [] : [e.truth[number].read]));
  const px = box ? (box[0] + box[2]) / 2 : axis.left;
  focus = { px, engine: engineNumber, chars, lead: box && { box }, truth: number, byTruth: true, pointer };
  light();
}

function lightTruth(layer, engine, t, rows) {
  const card = { x: fixed(view.X(t.x0)), y: rows.truth.top - 1, width: fixed(view.X(t.x1) - view.X(t.x0)), height: rows.truth.height + 2, rx: 5 };
  svg(layer, "rect", { class: "outline truth", ...card });
  if (t.first === undefined) return;
  svg(layer, "path", { class: "truth-way", d: truthWayOf(engine, t, rows, view.X) });
  const x = view.X(edgeOf(engine, t.first));
  const width = fixed(view.X(edgeOf(engine, t.last + 1)) - x);
  svg(layer, "rect", { class: "outline truth", x: fixed(x), y: rows.ribbon.top - 1, width, height: rows.ribbon.height + 2, rx: 3 });
}

const TRUTH_WORDS = { right: say("kind.right"), substituted: say("kind.substituted"), missed: say("kind.missed") };

function fillTruth(column, engine, t) {
  const big = html(column, "div", "big truth " + t.kind);
  html(big, "b", "", glyphOf(t.s));
  html(big, "span", "", TRUTH_WORDS[t.kind]);
  const read = t.kind === "substituted" && (engine.original || engine).chars[t.read];
  if (read) html(big, "b", "", glyphOf(read.s));
  if (t.first === undefined) {
    if (engine.frames) html(column, "p", "", t.x0 === undefined ? say("no_place") : say("no_probability"));
    else html(column, "p", "", say("no_frames"));
    return;
  }
  const [x0, x1] = [edgeOf(engine, t.first), edgeOf(engine, t.last + 1)];
  html(column, "p", "", `${framesOf(t.first, t.last)} · ${pixelsOf(x0, x1)}`);
  const list = html(column, "ul");
  alternative(list, t.s, t.p);
  if (t.pref === t.s) return;
  html(column, "p", "", say("preferred", { frame: t.peak }));
  alternative(html(column, "ul"), t.pref, t.prefP);
}
