// Draws where another decoder left the best path: the runs it took in a lane of their own, the ones it left dashed.
// Stands before ctc_view_draw.js's panels are drawn; knows nothing of why, which is told in words above.

const CHANGE_LANE_PX = 20;

function changesOf(engine) {
  return engine.changes || [];
}

function spanOf(engine, runs, X) {
  return [X(edgeOf(engine, Math.min(...runs.map((run) => run[1])))), X(edgeOf(engine, Math.max(...runs.map((run) => run[2])) + 1))];
}

function drawChanges(plot, engine, rows, X) {
  if (!rows.taken) return;
  const group = svg(plot, "g", { class: "changes" });
  for (const change of changesOf(engine)) {
    const [x0, x1] = spanOf(engine, change.left.length ? change.left : change.taken, X);
    const left = svg(group, "g", { class: "left" });
    svg(left, "title", {}, change.why);
    svg(left, "rect", { x: fixed(x0 - 3), y: rows.runs.top - 3, width: fixed(x1 - x0 + 6), height: rows.runs.height + 6, rx: 5 });
    if (change.left.length) {
      const middle = rows.runs.top + rows.runs.height / 2;
      svg(left, "path", { d: `M${fixed(x0 - 3)} ${middle}H${fixed(x1 + 3)}` });
    }
    drawTaken(group, engine, change, rows.taken, X, (x0 + x1) / 2);
  }
}

// A chip over the frames of every character taken; a cross where something was left out.
function drawTaken(group, engine, change, row, X, middle) {
  const taken = svg(group, "g", { class: "taken" });
  svg(taken, "title", {}, change.why);
  const chips = change.taken.map(([symbol, first, last]) => [glyphOf(symbol), (X(edgeOf(engine, first)) + X(edgeOf(engine, last + 1))) / 2]);
  if (!chips.length) chips.push(["×", middle]);
  chips.forEach(([glyph, x], i) => {
    // Neighbouring chips stay apart, however near their frames are.
    const free = Math.min(...chips.filter((_, j) => j !== i).map((other) => Math.abs(other[1] - x)), 22);
    const width = Math.max(5, free - 1);
    svg(taken, "rect", { x: fixed(x - width / 2), y: row.top, width: fixed(width), height: row.height, rx: 4 });
    const size = fontSize(glyph, width - 2, 7, 12);
    svg(taken, "text", { x: fixed(x), y: fixed(row.top + row.height / 2 + size * 0.36), "font-size": fixed(size) }, glyph);
  });
}
