// Marks the frames where two readings of the same frames part: a line through the panel and a flag over it.
// Knows nothing of why; that is told in words above.

function drawMarks(plot, engine, rows, X) {
  if (!(engine.marks || []).length) return;
  const group = svg(plot, "g", { class: "marks" });
  for (const [frame, why] of engine.marks) {
    const [x0, x1] = [X(edgeOf(engine, frame)), X(edgeOf(engine, frame + 1))];
    const bottom = rows.ribbon.top + rows.ribbon.height;
    const mark = svg(group, "g", { class: "mark" });
    svg(mark, "title", {}, why);
    svg(mark, "rect", { x: fixed(x0), y: rows.runs.top - 6, width: fixed(Math.max(2, x1 - x0)), height: bottom - rows.runs.top + 6, rx: 2 });
    const middle = (x0 + x1) / 2;
    svg(mark, "path", { d: `M${fixed(middle - 5)} ${rows.runs.top - 13}h10l-5 7z` });
  }
}
