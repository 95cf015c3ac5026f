// The path edited by hand: another class for a frame, and what collapses of it, with the probabilities of both.
// Stands before ctc_view.js in the same script. Nothing is kept: whoever leaves the page leaves the edits.

const LOG_FLOOR = -16; // log-probabilities that were not kept count as this, so that sums are lower bounds
const MOST_UNDONE = 200;

const isEdited = (engine) => !!engine.original;

// Of one class on one frame, as kept: hundredths of nats below 0.
function logAt(engine, symbol, frame) {
  if (symbol === BLANK) return -engine.blankLogs[frame] / 100;
  for (const [other, start, ...values] of engine.logs) {
    if (other === symbol && frame >= start && frame < start + values.length) return -values[frame - start] / 100;
  }
  return LOG_FLOOR;
}

function logAdd(a, b) {
  if (a === -Infinity) return b;
  if (b === -Infinity) return a;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

// log P(text | image): the CTC forward sum over all paths that spell these symbols (Graves et al. 2006).
function logOfText(engine, symbols) {
  const labels = [BLANK, ...symbols.flatMap((symbol) => [symbol, BLANK])];
  const columns = new Map(labels.map((symbol) => [symbol, Array.from({ length: engine.frames }, (_, frame) => logAt(engine, symbol, frame))]));
  let alpha = labels.map((symbol, i) => (i < 2 ? columns.get(symbol)[0] : -Infinity));
  for (let frame = 1; frame < engine.frames; frame += 1) {
    alpha = labels.map((symbol, i) => {
      let sum = i > 0 ? logAdd(alpha[i], alpha[i - 1]) : alpha[i];
      if (i > 1 && symbol !== BLANK && symbol !== labels[i - 2]) sum = logAdd(sum, alpha[i - 2]);
      return sum + columns.get(symbol)[frame];
    });
  }
  return labels.length > 1 ? logAdd(alpha[labels.length - 1], alpha[labels.length - 2]) : alpha[0];
}

const logOfPath = (engine) => engine.path.reduce((sum, symbol, frame) => sum + logAt(engine, symbol, frame), 0);

const runsRead = (path) => runsOf(path).filter(([symbol]) => symbol !== BLANK);

// What a frame could be: its likeliest classes, blank and what the path has there now.
function choicesAt(engine, frame) {
  const row = engine.top[frame];
  const choices = Array.from({ length: row.length / 2 }, (_, i) => [row[2 * i], row[2 * i + 1]]);
  for (const symbol of [BLANK, engine.path[frame]]) {
    if (!choices.some(([other]) => other === symbol)) choices.push([symbol, Math.round(1e4 * Math.exp(logAt(engine, symbol, frame)))]);
  }
  return choices;
}

function choose(engine, frame, symbol) {
  if (engine.path[frame] === symbol || (engine.edits || []).length >= MOST_UNDONE) return;
  if (!isEdited(engine)) {
    engine.original = { path: engine.path, chars: engine.chars, proofs: engine.proofs };
    engine.edits = [];
  }
  engine.edits.push([frame, engine.path[frame]]);
  engine.path = engine.path.map((other, t) => (t === frame ? symbol : other));
  follow(engine);
}

function undo(engine) {
  if (!isEdited(engine)) return;
  const [frame, before] = engine.edits.pop();
  engine.path = engine.path.map((symbol, t) => (t === frame ? before : symbol));
  follow(engine);
}

function asRead(engine) {
  if (!isEdited(engine)) return;
  engine.edits = [];
  follow(engine);
}

// Collapses the path again; with no edit left everything is as it was read.
function follow(engine) {
  if (engine.edits.length) {
    engine.proofs = [];
    engine.chars = runsRead(engine.path).map((run) => characterOf(engine, run));
  } else {
    Object.assign(engine, engine.original);
    delete engine.original;
  }
  sayEdits(panels[engines.indexOf(engine)]);
  if (focus) focus.chars = null;
  view.roominess = fittingRoominess();
  draw();
}

// A run as a character: the one that was read, where it is the same, else over the pixels of its frames.
function characterOf(engine, [symbol, first, last]) {
  const known = engine.original.chars.find((c) => c.s === symbol && c.first === first && c.last === last);
  if (known) return known;
  let peak = first;
  for (let frame = first; frame <= last; frame += 1) if (logAt(engine, symbol, frame) > logAt(engine, symbol, peak)) peak = frame;
  const box = [Math.max(0, edgeOf(engine, first)), 0, Math.min(data.width, edgeOf(engine, last + 1)), data.height];
  const p = Math.round(1e4 * Math.exp(logAt(engine, symbol, peak)));
  return { s: symbol, first, last, box, p, alt: choicesAt(engine, peak).slice(0, 5) };
}

function sayEdits(panel) {
  const { engine, edited } = panel;
  edited.hidden = !isEdited(engine);
  if (edited.hidden) return;
  const text = runsRead(engine.path).map(([symbol]) => symbol);
  const before = runsRead(engine.original.path).map(([symbol]) => symbol);
  edited.querySelector(".now").textContent = text.length ? text.map(glyphOf).join("") : say("edited.nothing");
  const odds = { now: shareOf(logOfText(engine, text)), before: shareOf(logOfText(engine, before)), path: shareOf(logOfPath(engine)) };
  edited.querySelector(".odds").textContent = say("edited.odds", odds);
  edited.querySelector(".count").textContent = say("edited.count", { n: engine.edits.length });
}

// A probability from its logarithm: in per cent, or as a power of ten where that would be nothing.
function shareOf(log) {
  if (log > Math.log(0.0005)) return percent(Math.min(1e4, 1e4 * Math.exp(log)));
  const power = Math.floor(log / Math.LN10);
  const superscript = String(power).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
  return `${Math.min(9.9, 10 ** (log / Math.LN10 - power)).toFixed(1)} × 10${superscript}`;
}

function buildEdited(section, engine) {
  const bar = html(section, "div", "edited");
  bar.hidden = true;
  bar.setAttribute("role", "status");
  html(bar, "span", "", say("edited"));
  html(bar, "b", "now").dir = "ltr";
  html(bar, "span", "odds");
  html(bar, "span", "count");
  const button = (words, title, does) => {
    const made = html(bar, "button", "", words);
    made.type = "button";
    made.title = title;
    made.addEventListener("click", () => does(engine));
  };
  button(say("undo"), say("undo.title"), undo);
  button(say("as_read"), say("as_read.title"), asRead);
  return bar;
}

// The edited frames of a path, outlined.
function drawEdited(plot, engine, row, X) {
  if (!isEdited(engine)) return;
  const group = svg(plot, "g", { class: "edited-frames" });
  engine.path.forEach((symbol, frame) => {
    if (symbol === engine.original.path[frame]) return;
    const [x0, x1] = [X(edgeOf(engine, frame)), X(edgeOf(engine, frame + 1))];
    svg(group, "rect", { x: fixed(x0), y: row.top - 2, width: fixed(x1 - x0), height: row.height + 4, rx: 2 });
  });
}

// A row of the pinned tooltip that can be chosen; a click, Enter or space does.
function makeChoosable(row, engine, frame, symbol) {
  row.classList.add("choice");
  row.tabIndex = 0;
  row.setAttribute("role", "button");
  row.setAttribute("aria-pressed", String(engine.path[frame] === symbol));
  const take = (event) => {
    event.preventDefault();
    event.stopPropagation();
    choose(engine, frame, symbol);
    const chosen = tip.querySelectorAll(".column")[engines.indexOf(engine)]?.querySelector('[aria-pressed="true"]');
    if (chosen && event.type === "keydown") chosen.focus();
  };
  row.addEventListener("click", take);
  row.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") take(event);
  });
}

// The next or previous choice for the frame that is pinned; where none is, the keys scroll as usual.
function cycleChoice(direction) {
  const engine = pinned && focus && !focus.chars ? engines[focus.engine] : null;
  if (!engine || !engine.frames) return false;
  const frame = frameAt(engine, focus.px);
  const choices = choicesAt(engine, frame);
  const now = choices.findIndex(([symbol]) => symbol === engine.path[frame]);
  choose(engine, frame, choices[(now + direction + choices.length) % choices.length][0]);
  return true;
}

function undoLast() {
  const edited = engines.filter(isEdited);
  const looked = focus && isEdited(engines[focus.engine]) ? engines[focus.engine] : edited[edited.length - 1];
  if (looked) undo(looked);
}
