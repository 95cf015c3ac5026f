// The walk through the places where readings differ or err, each with its sentence, and the first showing of a page.
// Stands after ctc_view_truth.js and before ctc_view_play.js. What the sentences say is made in spotlight.py.

let spot = -1; // the number of the difference that is looked at
let tour = null; // {until: px, perSecond} while the view plays by itself

const differences = data.differences;

// Where a difference is: over its characters, or where the truth's character should have been read.
function boxOfDifference({ chars, truth }) {
  const read = chars.flatMap((numbers, engine) => numbers.map((number) => (engines[engine].original || engines[engine]).chars[number])).filter(Boolean);
  const placed = truth < 0 ? [] : engines.map((engine) => engine.truth[truth]).filter((t) => t.x0 !== undefined);
  const edges = [...read.map((c) => [c.box[0], c.box[2]]), ...placed.map((t) => [t.x0, t.x1])];
  if (!edges.length) return null;
  const first = placed.length ? [placed[0].x0, placed[0].x1] : edges[0];
  return [Math.max(0, first[0]), 0, Math.min(data.width, Math.max(first[0] + 1, first[1])), data.height];
}

function showDifference(number) {
  if (!differences.length) return;
  if (head !== null) stop();
  spot = (number + differences.length) % differences.length;
  const { truth, why } = differences[spot];
  const chars = differences[spot].chars.map((numbers, engine) => (isEdited(engines[engine]) ? [] : numbers));
  const box = boxOfDifference(differences[spot]);
  const px = box ? (box[0] + box[2]) / 2 : axis.left;
  const engine = Math.max(0, chars.findIndex((numbers) => numbers.length));
  focus = { px, engine, chars, lead: box && { box }, truth, byTruth: truth >= 0, pointer: null, quiet: true };
  pinned = true;
  byId("why").textContent = why;
  keepInSight(px);
  light();
  markDifferences();
  tellHeight();
}

function nameDifferences() {
  byId("place").textContent = spot < 0 ? say("places", { n: differences.length }) : say("place", { number: spot + 1, n: differences.length });
}

// Triangles over the picture, one a difference.
function markDifferences() {
  const ruler = byId("ruler");
  ruler.querySelectorAll(".differs").forEach((node) => node.remove());
  differences.forEach((difference, number) => {
    const box = boxOfDifference(difference);
    if (!box) return;
    const x = view.X((box[0] + box[2]) / 2);
    const mark = svg(ruler, "path", { class: "differs" + (number === spot ? " here" : ""), d: `M${fixed(x - 5)} 7h10l-5 8z` });
    mark.addEventListener("click", () => showDifference(number));
  });
  nameDifferences();
}

// What was looked at before is looked at no more once something else is.
function leaveDifference() {
  if (spot < 0 || (focus && focus.quiet)) return;
  spot = -1;
  byId("why").textContent = invitation();
  markDifferences();
  tellHeight();
}

function invitation() {
  const apart = differences.filter((difference) => difference.parts).length;
  if (apart) return say("walk", { n: apart });
  return engines.length > 1 ? say("agree", { n: differences.length }) : say("alone", { n: differences.length });
}

// Once, on a browser's first visit: plays for three seconds at most and stops at the first difference.
const TOUR_SECONDS = 3;

function introduce() {
  if (spot >= 0 || focus || head !== null) return;
  const first = Math.max(0, differences.findIndex((difference) => difference.parts));
  if (calm.matches) return showDifference(first);
  const box = differences.length ? boxOfDifference(differences[first]) : null;
  const until = box ? (box[0] + box[2]) / 2 : axis.right;
  tour = { until, first, perSecond: Math.max((until - axis.left) / TOUR_SECONDS, (axis.right - axis.left) / (4 * TOUR_SECONDS)) };
  play();
}

function endTour() {
  const { first } = tour;
  stop();
  showDifference(first);
}

function showSpotlight() {
  byId("spotlight").hidden = !differences.length;
  byId("why").textContent = differences.length ? invitation() : "";
}

function wireSpotlight() {
  showSpotlight();
  byId("next").addEventListener("click", () => showDifference(spot + 1));
  byId("previous").addEventListener("click", () => showDifference(spot < 0 ? differences.length - 1 : spot - 1));
}
