// Draws the CTC view's panels as SVG from the page's data at a given scale. Knows nothing of the mouse or time.
// Text enters the page through textContent alone.
"use strict";

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
const BLANK = -1;
const words = JSON.parse(document.getElementById("words").textContent);
const data = JSON.parse(document.getElementById("data").textContent);
const engines = data.engines;

// A text of the page's table; of one with two forms the first is for a count of one.
function say(key, values = {}) {
  const forms = words[key].split("||");
  return (values.n === 1 ? forms[0] : forms[forms.length - 1]).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The axis reaches as far as the image, and up to two frames over its ends: some networks read the padding behind a
// short line as well, which may be many times as long as the line.
const OVER_THE_END = 2;
const axis = { left: 0, right: 0 };

function measureAxis() {
  axis.left = Math.min(0, ...engines.map((e) => (e.frames ? Math.max(e.origin, -OVER_THE_END * e.stride) : 0)));
  const ends = engines.map((e) => (e.frames ? Math.min(edgeOf(e, e.frames), data.width + OVER_THE_END * e.stride) : 0));
  axis.right = Math.max(data.width, ...ends);
}

measureAxis();

// Frames that begin before the axis ends; those behind them are over padding alone.
function framesShown(engine) {
  return Math.min(engine.frames, Math.ceil((axis.right - engine.origin) / engine.stride - 0.01));
}

function edgeOf(engine, frame) {
  return engine.origin + frame * engine.stride;
}

function frameAt(engine, px) {
  const frame = Math.floor((px - engine.origin) / engine.stride);
  return Math.min(framesShown(engine) - 1, Math.max(0, frame));
}

function glyphOf(symbol) {
  return symbol === BLANK ? say("blank") : data.symbols[symbol][0];
}

function hueClass(symbol) {
  const hue = symbol === BLANK ? -1 : data.symbols[symbol][1];
  return hue < 0 ? "no-hue" : "h" + hue;
}

function svg(parent, tag, attributes, text) {
  const node = document.createElementNS(SVG_NAMESPACE, tag);
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  if (text !== undefined) node.textContent = text;
  return parent.appendChild(node);
}

function html(parent, tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return parent.appendChild(node);
}

const fixed = (value) => value.toFixed(1);

// Of a probability in ten-thousandths.
function percent(p) {
  if (p < 10) return "<0.1 %";
  return (p >= 9995 ? "100" : (p / 100).toFixed(1)) + " %";
}

// Heights and gaps of a panel's rows in CSS pixels, from as dense as can be read to comfortable, in their order.
const DENSE = { above: 6, text: 34, gap1: 6, runs: 14, gap2: 3, path: 14, gap3: 3, ribbon: 40, gap4: 6, truth: 22, below: 3 };
const ROOMY = { above: 24, text: 44, gap1: 18, runs: 22, gap2: 12, path: 22, gap3: 8, ribbon: 116, gap4: 20, truth: 48, below: 12 };

// Between the two: 0 is dense, 1 is comfortable.
function heightsAt(roominess) {
  const between = ([name, dense]) => [name, Math.round(dense + (ROOMY[name] - dense) * roominess)];
  return Object.fromEntries(Object.entries(DENSE).map(between));
}

const sumOf = (heights) => Object.values(heights).reduce((sum, each) => sum + each, 0);

// Rows of a panel, top and height in CSS pixels. On a phone the row names stand above the rows, not beside them.
function rowsOf(engine, narrow, roominess) {
  const caption = narrow ? 13 : 0;
  const h = heightsAt(roominess);
  const text = { top: h.above + caption, height: h.text };
  if (!engine.chars.length && !engine.frames) text.top = text.height = 0;
  if (!engine.frames) return { caption, text, height: engine.chars.length ? text.top + text.height + 8 : 8 };
  const taken = changesOf(engine).length ? { top: text.top + text.height + 8 + caption, height: 17 } : null;
  const lane = taken ? CHANGE_LANE_PX + caption : 0;
  const runs = { top: text.top + text.height + h.gap1 + lane + caption * 0.6, height: h.runs };
  const path = { top: runs.top + runs.height + h.gap2 + caption * 0.8, height: h.path };
  const ribbon = { top: path.top + path.height + h.gap3 + caption, height: narrow ? Math.min(96, h.ribbon) : h.ribbon };
  let end = ribbon.top + ribbon.height;
  const sight = sightOf(engine) ? { top: end + 4 + caption, height: SIGHT_LANE_PX } : null;
  if (sight) end = sight.top + sight.height;
  const rows = { caption, text, taken, runs, path, ribbon, sight, height: end + h.below + 2 };
  if (!isPlaced(engine)) return rows;
  const truth = { top: end + h.gap4 + caption * 0.6, height: h.truth };
  return { ...rows, truth, height: truth.top + truth.height + h.below };
}

// Whether the truth is known and its characters have places on this engine's axis.
function isPlaced(engine) {
  return !!engine.truth && engine.truth.some((t) => t.x0 !== undefined);
}

// Equal neighbours of the path: [symbol, first frame, last frame].
function runsOf(path) {
  const runs = [];
  path.forEach((symbol, frame) => {
    const last = runs[runs.length - 1];
    if (last && last[0] === symbol) last[2] = frame;
    else runs.push([symbol, frame, frame]);
  });
  return runs;
}

function bandPath(top0, top1, topY, bottom0, bottom1, bottomY) {
  const middle = (topY + bottomY) / 2;
  return (
    `M${fixed(top0)} ${topY}C${fixed(top0)} ${middle} ${fixed(bottom0)} ${middle} ${fixed(bottom0)} ${bottomY}` +
    `H${fixed(bottom1)}C${fixed(bottom1)} ${middle} ${fixed(top1)} ${middle} ${fixed(top1)} ${topY}Z`
  );
}

function widthInEms(text) {
  let ems = 0;
  for (const character of text) ems += character.codePointAt(0) >= 0x2e80 ? 1 : 0.6;
  return Math.max(0.6, ems);
}

function fontSize(text, roomPx, smallest, largest) {
  return Math.min(largest, Math.max(smallest, roomPx / widthInEms(text)));
}

// Where one character stands in its panel: its pixels, its card, and its frames, in CSS pixels.
function placeOf(engine, character, X) {
  const box0 = X(character.box[0]);
  const box1 = Math.max(box0 + 2, X(character.box[2]));
  const inset = Math.min(1.5, (box1 - box0) * 0.08);
  const place = { box0, box1, card0: box0 + inset, card1: box1 - inset };
  if (engine.frames) {
    place.run0 = X(edgeOf(engine, character.first));
    place.run1 = X(edgeOf(engine, character.last + 1));
  }
  return place;
}

// The whole way of one character: pixels, card, run, path cells. One closed shape a stretch.
function wayOf(place, rows) {
  const { text, runs, path } = rows;
  let shape = bandPath(place.box0, place.box1, 0, place.card0, place.card1, text.top);
  if (!runs) return shape;
  const [run0, run1] = [place.run0, place.run1];
  shape += bandPath(place.card0, place.card1, text.top + text.height, run0, run1, runs.top);
  return shape + `M${fixed(run0)} ${runs.top + runs.height}H${fixed(run1)}V${path.top}H${fixed(run0)}Z`;
}

function drawPanel(plot, engine, view) {
  const rows = rowsOf(engine, view.narrow, view.roominess);
  plot.replaceChildren();
  plot.setAttribute("width", view.width);
  plot.setAttribute("height", rows.height);
  const X = view.X;
  const bands = svg(plot, "g", { class: "bands" });
  for (const character of engine.chars) {
    const shape = wayOf(placeOf(engine, character, X), rows);
    svg(bands, "path", { class: "band " + hueClass(character.s), d: shape });
  }
  if (engine.frames) {
    drawRibbon(plot, engine, rows.ribbon, X);
    drawPath(plot, engine, rows.path, X);
    drawRuns(plot, engine, rows.runs, X);
    drawGhost(plot, engine, rows, X);
    drawChanges(plot, engine, rows, X);
    drawMarks(plot, engine, rows, X);
    drawEdited(plot, engine, rows.path, X);
  }
  drawCards(plot, engine, rows.text, X);
  if (rows.truth) drawTruth(plot, engine, rows, X);
  svg(plot, "g", { class: "lit" });
  return rows;
}

function drawCards(plot, engine, row, X) {
  const cards = svg(plot, "g", { class: "cards" });
  const proofs = new Map(engine.proofs.map(([char, look, right]) => [char, { look, right }]));
  engine.chars.forEach((character, number) => {
    const place = placeOf(engine, character, X);
    const width = place.card1 - place.card0;
    const { look, right } = proofs.get(number) || { look: "", right: BLANK };
    const group = svg(cards, "g", { class: "card " + look });
    svg(group, "rect", { x: fixed(place.card0), y: row.top, width: fixed(width), height: row.height, rx: Math.min(5, width / 3) });
    const glyph = glyphOf(character.s);
    const x = (place.card0 + place.card1) / 2;
    const middle = row.top + 0.54 * row.height;
    const size = fontSize(glyph, width - 1, 9, Math.min(27, 0.56 * row.height));
    svg(group, "text", { class: "read", x: fixed(x), y: fixed(middle + size * 0.35), "font-size": fixed(size) }, glyph);
    if (look === "wrong") {
      drawWave(group, x, Math.max(9, size * widthInEms(glyph)), row.top + row.height - 8);
      svg(group, "text", { class: "right", x: fixed(x), y: row.top + 11, "font-size": 13 }, glyphOf(right));
    }
    if (look === "inserted") svg(group, "path", { class: "proof-strike", d: `M${fixed(x - size / 2)} ${fixed(middle)}h${fixed(size)}` });
    drawBar(group, place.card0, width, row.top + row.height - 3.5, character.p);
  });
  for (const t of (!isEdited(engine) && engine.truth) || []) if (t.kind === "missed" && t.x0 !== undefined) drawMissed(cards, t, row, X);
}

// The length alone says how probable: `p` is in ten-thousandths.
function drawBar(group, left, width, y, p) {
  const bar = Math.max(2, width - 6);
  const start = `M${fixed(left + (width - bar) / 2)} ${fixed(y)}`;
  svg(group, "path", { class: "bar-rest", d: `${start}h${fixed(bar)}` });
  svg(group, "path", { class: "bar", d: `${start}h${fixed((bar * p) / 10000)}` });
}

function drawWave(group, middle, width, y) {
  const steps = Math.max(2, Math.round(width / 5));
  const step = width / steps;
  const bends = Array.from({ length: steps }, (_, i) => `q${fixed(step / 2)} ${i % 2 ? 3.2 : -3.2} ${fixed(step)} 0`);
  svg(group, "path", { class: "proof-wave", d: `M${fixed(middle - width / 2)} ${fixed(y)}${bends.join("")}` });
}

// What was not read: a caret from below where it is on the picture, and the right character above it.
function drawMissed(parent, t, row, X) {
  const group = svg(parent, "g", { class: "missed-here" });
  const x = (X(t.x0) + X(t.x1)) / 2;
  const y = row.top + row.height;
  svg(group, "text", { x: fixed(x), y: row.top + 11, "font-size": 13 }, glyphOf(t.s));
  svg(group, "path", { class: "proof-caret", d: `M${fixed(x - 4)} ${y - 4}L${fixed(x)} ${y - 11}L${fixed(x + 4)} ${y - 4}` });
}

// The way of one character of the truth, from the frames where it was found down to its card.
function truthWayOf(engine, t, rows, X) {
  const [run0, run1] = [X(edgeOf(engine, t.first)), X(edgeOf(engine, t.last + 1))];
  return bandPath(run0, run1, rows.ribbon.top + rows.ribbon.height, X(t.x0) + 1, X(t.x1) - 1, rows.truth.top);
}

// The truth where forced alignment finds it; the bar says how likely the engine found each character there.
function drawTruth(plot, engine, rows, X) {
  const group = svg(plot, "g", { class: "truths" });
  const { truth } = rows;
  for (const t of engine.truth) {
    if (t.x0 === undefined) continue;
    const width = Math.max(2, X(t.x1) - X(t.x0) - 2);
    const known = t.first !== undefined;
    if (known) svg(group, "path", { class: "truth-band " + t.kind, d: truthWayOf(engine, t, rows, X) });
    const card = svg(group, "g", { class: `truth-card ${t.kind}${known ? "" : " unknown"}` });
    svg(card, "rect", { x: fixed(X(t.x0) + 1), y: truth.top, width: fixed(width), height: truth.height, rx: Math.min(5, width / 3) });
    const glyph = glyphOf(t.s);
    const tall = truth.height >= 40;
    const size = fontSize(glyph, width - 2, 9, tall ? 22 : 0.62 * truth.height);
    const x = fixed((X(t.x0) + X(t.x1)) / 2);
    svg(card, "text", { x, y: truth.top + (tall ? 15 : 0.42 * truth.height) + size * 0.35, "font-size": fixed(size) }, glyph);
    if (!known) continue;
    const share = width >= 44 ? percent(t.p) : t.p < 100 ? "<1 %" : `${Math.round(t.p / 100)} %`;
    if (tall && width >= 13 * widthInEms(share)) svg(card, "text", { class: "share", x, y: truth.top + 39, "font-size": 13 }, share);
    drawBar(card, X(t.x0) + 1, width, truth.top + truth.height - (tall ? 5 : 3), t.p);
  }
}

function drawRuns(plot, engine, row, X) {
  const group = svg(plot, "g", { class: "runs" });
  const middle = row.top + row.height / 2;
  const runs = runsOf(engine.path);
  let blanks = "";
  for (const [symbol, first, last] of runs) {
    const x0 = X(edgeOf(engine, first));
    const x1 = X(edgeOf(engine, last + 1));
    if (symbol === BLANK) {
      const inset = Math.min(4, (x1 - x0) / 2);
      blanks += `M${fixed(x0 + inset)} ${middle}H${fixed(x1 - inset)}`;
      continue;
    }
    const glyph = glyphOf(symbol);
    const width = Math.max(x1 - x0, 3);
    const box = { x: fixed((x0 + x1 - width) / 2), y: row.top, width: fixed(width), height: row.height };
    svg(group, "rect", { class: "run " + hueClass(symbol), rx: Math.min(6, width / 2.5), ...box });
    const size = fontSize(glyph, Math.max(width, 13), 8, 14);
    svg(group, "text", { x: fixed((x0 + x1) / 2), y: middle + size * 0.36, "font-size": fixed(size) }, glyph);
  }
  svg(group, "path", { class: "blank-run", d: blanks });
}

// A cell a frame: a faint dot for blank, the character elsewhere; narrow cells name a run once.
function drawPath(plot, engine, row, X) {
  const group = svg(plot, "g", { class: "path" });
  const cell = X(edgeOf(engine, 1)) - X(edgeOf(engine, 0));
  const gap = cell > 7 ? 1 : cell > 4 ? 0.5 : 0;
  const middle = row.top + row.height / 2;
  let dots = "";
  engine.path.forEach((symbol, frame) => {
    const x = X(edgeOf(engine, frame));
    if (symbol === BLANK) {
      dots += `M${fixed(x + cell / 2)} ${middle}h0`;
      return;
    }
    const box = { x: fixed(x + gap / 2), y: row.top, width: fixed(cell - gap), height: row.height };
    svg(group, "rect", { class: "cell " + hueClass(symbol), rx: Math.min(3, cell / 4), ...box });
  });
  svg(group, "path", { class: "dots", d: dots, "stroke-width": Math.min(3, Math.max(1.4, cell / 3)) });
  for (const [symbol, first, last] of runsOf(engine.path)) {
    if (symbol === BLANK) continue;
    const glyph = glyphOf(symbol);
    const each = cell >= 9;
    for (let frame = first; frame <= last; frame += each ? 1 : last - first + 1) {
      const x = each ? X(edgeOf(engine, frame)) + cell / 2 : (X(edgeOf(engine, first)) + X(edgeOf(engine, last + 1))) / 2;
      const size = fontSize(glyph, each ? cell - gap : Math.max(11, cell * (last - first + 1)), 7, 14);
      svg(group, "text", { x: fixed(x), y: middle + size * 0.36, "font-size": fixed(size) }, glyph);
    }
  }
}

// Stacks each frame's probabilities from the bottom, likeliest first; blank hangs from the top; what stays open
// between them belongs to all other characters.
function drawRibbon(plot, engine, row, X) {
  const group = svg(plot, "g", { class: "ribbon" });
  const x0 = X(edgeOf(engine, 0));
  const x1 = X(edgeOf(engine, engine.frames));
  const cell = (x1 - x0) / engine.frames;
  const gap = cell > 8 ? 1 : cell > 5 ? 0.5 : 0;
  svg(group, "rect", { class: "sky", x: fixed(x0), y: row.top, width: fixed(x1 - x0), height: row.height });
  const stacks = Array.from({ length: engine.frames }, () => []);
  for (const [symbol, start, ...values] of engine.ribbon) {
    values.forEach((p, i) => stacks[start + i].push([p, symbol]));
  }
  const shapes = new Map();
  const peaks = [];
  let blanks = "";
  stacks.forEach((stack, frame) => {
    const x = X(edgeOf(engine, frame));
    const bar = (y, height) => `M${fixed(x + gap / 2)} ${fixed(y)}h${fixed(cell - gap)}v${fixed(height)}h${fixed(gap - cell)}z`;
    const blank = Math.min(1, engine.blank[frame] / 1000) * row.height;
    if (blank > 0.3) blanks += `M${fixed(x)} ${row.top}h${fixed(cell)}v${fixed(blank)}h${fixed(-cell)}z`;
    let y = row.top + row.height;
    stack.sort((a, b) => b[0] - a[0]);
    for (const [p, symbol] of stack) {
      const height = Math.min((p / 1000) * row.height, y - row.top);
      y -= height;
      shapes.set(symbol, (shapes.get(symbol) || "") + bar(y, height));
      if (p >= 120) peaks.push({ symbol, p, x: x + cell / 2, y, height });
    }
  });
  svg(group, "path", { class: "blank", d: blanks });
  for (const [symbol, shape] of shapes) svg(group, "path", { class: "spike " + hueClass(symbol), d: shape });
  const lines = [0, 0.5, 1].map((p) => `M${fixed(x0)} ${row.top + row.height * (1 - p)}H${fixed(x1)}`);
  svg(group, "path", { class: "grid", d: lines.join("") });
  nameSpikes(group, peaks, cell);
}

// Names each spike once, at its highest frame, where there is room.
function nameSpikes(group, peaks, cell) {
  peaks.sort((a, b) => b.p - a.p);
  const taken = [];
  for (const peak of peaks) {
    const glyph = glyphOf(peak.symbol);
    const size = fontSize(glyph, Math.max(cell * 1.6, 12), 8, 13);
    if (peak.height < size) continue;
    const half = Math.max(cell / 2, (widthInEms(glyph) * size) / 2);
    const box = { x0: peak.x - half, x1: peak.x + half, y0: peak.y + 1, y1: peak.y + size + 2 };
    const clash = taken.some(
      (other) =>
        (other.symbol === peak.symbol && Math.abs(other.x - peak.x) < 4 * cell) ||
        (other.box.x0 < box.x1 && box.x0 < other.box.x1 && other.box.y0 < box.y1 && box.y0 < other.box.y1)
    );
    if (clash) continue;
    taken.push({ symbol: peak.symbol, x: peak.x, box });
    svg(group, "text", { x: fixed(peak.x), y: fixed(peak.y + 1 + size * 0.92), "font-size": fixed(size) }, glyph);
  }
}

// Ticks at round numbers of image pixels, about every 90 CSS pixels.
function drawRuler(ruler, view) {
  ruler.replaceChildren();
  ruler.setAttribute("width", view.width);
  const wanted = 90 / view.scale;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((m) => m >= wanted));
  for (let px = 0; px <= data.width; px += step) {
    svg(ruler, "path", { d: `M${fixed(view.X(px))} 16v-4` });
    const text = svg(ruler, "text", { x: fixed(view.X(px)), y: 10 }, px ? String(px) : "0 px");
    if (px === 0) text.setAttribute("class", "first");
  }
}
