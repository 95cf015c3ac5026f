// What each engine looks at: how much of a character's probability goes when a part of the line is hidden.
// Measured outside and told to the view, which shades it on the picture and in a lane of each engine.

const SIGHT_LANE_PX = 14;
const SIGHT_TOLD_ABOVE = 0.02; // shares that are smaller are not drawn
let sightShown = true;
let sightAsked = ""; // what this document asked for: an answer to an earlier one is none

const sightOf = (engine) => (sightShown && !isEdited(engine) && engine.sight && engine.sight.edges ? engine.sight : null);

// By part of the line the share of its probability that a character loses, below 0 where it wins; of several
// characters whichever changes most, of none that are looked at all.
function sharesLost(engine, chars) {
  const { seen, hidden } = engine.sight;
  const meant = chars || seen.map((_, number) => number);
  return hidden[0].map((_, part) =>
    meant.reduce((most, number) => {
      const share = Math.max(-1, Math.min(1, 1 - hidden[number][part] / Math.max(1, seen[number])));
      return Math.abs(share) > Math.abs(most) ? share : most;
    }, 0)
  );
}

function drawShares(parent, engine, chars, y, height, strength) {
  const { edges } = engine.sight;
  sharesLost(engine, chars).forEach((share, part) => {
    if (Math.abs(share) < SIGHT_TOLD_ABOVE) return;
    const [x0, x1] = [view.X(edges[part]), view.X(edges[part + 1])];
    const look = { class: share > 0 ? "sight-lost" : "sight-won", opacity: (strength * Math.abs(share)).toFixed(3) };
    svg(parent, "rect", { ...look, x: fixed(x0), y: fixed(y), width: fixed(x1 - x0 + 0.3), height: fixed(height) });
  });
}

function drawSightLane(layer, panel, number) {
  const { engine, rows } = panel;
  if (!rows.sight) return;
  const { edges } = engine.sight;
  const [x0, x1] = [view.X(edges[0]), view.X(edges[edges.length - 1])];
  svg(layer, "rect", { class: "sight-lane", x: fixed(x0), y: rows.sight.top, width: fixed(x1 - x0), height: rows.sight.height });
  drawShares(layer, engine, focus && focus.chars ? focus.chars[number] : null, rows.sight.top, rows.sight.height, 0.85);
}

// Whether the picture shows what one engine looks at for the characters that are looked at.
function drawSightOnPicture(height) {
  const engine = focus.chars && head === null ? engines[focus.engine] : null;
  if (!engine || !sightOf(engine) || !focus.chars[focus.engine].length) return false;
  drawShares(over, engine, focus.chars[focus.engine], 0, height, 0.6);
  return true;
}

// The part that costs most when it is hidden, in words.
function fillSight(column, engine, number) {
  if (!sightOf(engine) || !engine.sight.hidden[number]) return;
  const { edges, seen, hidden } = engine.sight;
  const least = hidden[number].indexOf(Math.min(...hidden[number]));
  const told = { from: percent(seen[number]), to: percent(hidden[number][least]) };
  html(column, "p", "sight", say("sight.most", { ...told, left: Math.round(edges[least]), right: Math.round(edges[least + 1]) }));
}

const isRow = (row, length) => Array.isArray(row) && row.length === length && row.every(Number.isFinite);

// What is told is looked at before it is believed: one row a character, one number a part.
function takeSight(told) {
  engines.forEach((engine, number) => {
    const { edges, seen, hidden, why } = Object(Array.isArray(told) ? told[number] : null);
    const section = panels[number].plot.closest("section");
    section.querySelectorAll(".sight-why").forEach((node) => node.remove());
    delete engine.sight;
    if (why) html(section, "p", "cannot note sight-why", String(why));
    const chars = (engine.original || engine).chars.length;
    const sound = Array.isArray(edges) && edges.length > 1 && isRow(edges, edges.length) && isRow(seen, chars)
      && Array.isArray(hidden) && hidden.length === chars && chars > 0 && hidden.every((row) => isRow(row, edges.length - 1));
    if (sound) engine.sight = { edges, seen, hidden };
  });
  sightShown = true;
  sayLook(engines.some((engine) => engine.sight) ? "shown" : "none");
  view.roominess = fittingRoominess();
  draw();
}

function sayLook(state) {
  const button = byId("look");
  button.disabled = state === "busy" || state === "none";
  button.setAttribute("aria-pressed", String(state === "shown"));
  button.textContent = state === "busy" ? say("look.busy") : say("look");
  root.classList.toggle("sighted", state === "shown");
}

function look() {
  if (!engines.some((engine) => engine.sight)) {
    sayLook("busy");
    sightAsked = Math.random().toString(36).slice(2, 12);
    parent.postMessage({ type: "ctc-view-look", asked: sightAsked }, "*");
    return;
  }
  sightShown = !sightShown;
  sayLook(sightShown ? "shown" : "hidden");
  view.roominess = fittingRoominess();
  draw();
}

// How far the maps are that were asked for.
function takeSightProgress({ done, places }) {
  if (!byId("look").disabled || ![done, places].every(Number.isFinite)) return;
  byId("look").textContent = say("look.done", { done: Math.round(done), places: Math.round(places) });
}

// Of another line nothing was asked yet.
function lookAfresh() {
  sightAsked = "";
  sightShown = true;
  sayLook("hidden");
}

function wireSight() {
  addEventListener("message", (event) => {
    const told = Object(event.data);
    if ((told.asked || "") !== sightAsked) return;
    if (told.type === "ctc-view-sight") takeSight(told.engines);
    if (told.type === "ctc-view-sight-progress") takeSightProgress(told);
  });
  byId("look").addEventListener("click", look);
  lookAfresh();
}
