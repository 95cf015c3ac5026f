// Playing, the keyboard, and the wiring of the CTC view. Stands last in the script.

// ---- playing --------------------------------------------------------------------------------------------------

// Seconds for the whole line at normal speed: about 16 frames a second, neither a blink nor a wait.
function playSeconds() {
  const frames = Math.max(1, ...engines.map((e) => (e.frames ? framesShown(e) : e.chars.length * 3)));
  return Math.min(14, Math.max(2.5, frames / 16));
}

function drawButton(word, shape) {
  byId("play").lastElementChild.textContent = word;
  byId("play").querySelector("path").setAttribute("d", shape);
}

function play() {
  if (clock !== null) return pause();
  pinned = false;
  if (head === null) head = axis.left;
  clock = performance.now();
  document.body.classList.add("playing");
  drawButton(say("pause"), "M4 2.5h3v11H4zm5 0h3v11H9z");
  requestAnimationFrame(step);
}

function pause() {
  clock = null;
  document.body.classList.remove("playing");
  drawButton(say("play"), "M4 2.5v11l9-5.5z");
}

function stop() {
  pause();
  head = null;
  tour = null;
  panels.forEach((panel) => panel.written.forEach((node) => node.classList.remove("unwritten")));
  forget();
}

// With reduced motion the head jumps from character to character instead of gliding.
function step(now) {
  if (clock === null) return;
  const perSecond = tour ? tour.perSecond : ((axis.right - axis.left) / playSeconds()) * byId("speed").value;
  const jump = calm.matches ? 900 / byId("speed").value : 0;
  if (now - clock >= jump) {
    head = calm.matches ? nextStop(head) : head + (perSecond * (now - clock)) / 1000;
    clock = now;
    if (tour && head >= tour.until) return endTour();
    if (head >= axis.right) return stop();
    readTo(head);
  }
  requestAnimationFrame(step);
}

function nextStop(px) {
  const ends = engines.flatMap((e) => e.chars.map((c) => (e.frames ? edgeOf(e, c.last + 1) : c.box[2])));
  return Math.min(axis.right, ...ends.filter((end) => end > px + 0.01));
}

// Shows what has been read when the head stands at `px`: a character is written when its run begins.
function readTo(px) {
  const begins = (engine, c) => Math.min(axis.right, engine.frames ? edgeOf(engine, c.first) : c.box[0]);
  const ends = (engine, c) => (engine.frames ? edgeOf(engine, c.last + 1) : c.box[2]);
  panels.forEach(({ engine, written }) => {
    for (const node of isEdited(engine) ? [] : written) {
      const character = engine.chars[+node.dataset.char];
      node.classList.toggle("unwritten", !!character && begins(engine, character) > px);
    }
  });
  const chars = engines.map((engine) =>
    engine.chars.flatMap((c, n) => (begins(engine, c) <= px && px < ends(engine, c) + 3 * (engine.stride || 0) ? [n] : []))
  );
  focus = { px, engine: 0, chars, lead: null, pointer: null };
  keepInSight(px);
  light();
}

// ---- keyboard -------------------------------------------------------------------------------------------------

function stepFrame(direction) {
  const number = focus && engines[focus.engine].frames ? focus.engine : Math.max(0, engines.findIndex((e) => e.frames));
  const engine = engines[number];
  if (!engine || !engine.frames) return stepChar(direction);
  const frame = focus ? frameAt(engine, focus.px) + direction : 0;
  const px = edgeOf(engine, Math.min(framesShown(engine) - 1, Math.max(0, frame)) + 0.5);
  focusOnPx(px, number, null);
  keepInSight(px);
}

function stepChar(direction) {
  const number = focus ? focus.engine : 0;
  const chars = engines[number] ? engines[number].chars : [];
  if (!chars.length) return;
  const beyond = chars.map((c, n) => n).filter((n) => !focus || (centreOf(chars[n]) - focus.px) * direction > 0.01);
  if (!beyond.length) return;
  const next = direction > 0 ? beyond[0] : beyond[beyond.length - 1];
  focusOnChar(number, next, null);
  keepInSight(focus.px);
}

const keys = {
  ArrowLeft: (event) => walk(event, -1),
  ArrowRight: (event) => walk(event, 1),
  Escape: () => stop(),
  " ": () => play(),
  "+": () => zoomTo(view.scale * 1.3),
  "=": () => zoomTo(view.scale * 1.3),
  "-": () => zoomTo(view.scale / 1.3),
  0: () => zoomTo(limits().fit),
  ArrowUp: () => cycleChoice(-1),
  ArrowDown: () => cycleChoice(1),
  u: () => undoLast(),
  n: () => showDifference(spot + 1),
  p: () => showDifference(spot < 0 ? -1 : spot - 1),
};

function walk(event, direction) {
  if (head !== null) stop();
  pinned = true;
  if (event.shiftKey) stepChar(direction);
  else stepFrame(direction);
}

function onKey(event) {
  const inControl = event.target.closest("button, select, summary, .choice");
  if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  if (inControl && !["Escape", "n", "p", "u"].includes(event.key)) return;
  if (keys[event.key](event) !== false) event.preventDefault();
}

// ---- wiring ---------------------------------------------------------------------------------------------------

function followTheme(wanted) {
  root.dataset.theme = wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted;
}

function tellHeight() {
  if (parent === window) return;
  const height = Math.ceil(scroller.offsetTop + stage.offsetHeight + 18);
  parent.postMessage({ type: "ctc-view-height", height }, "*");
}

function onPointer(event) {
  if (event.pointerType === "touch" || pinned || head !== null) return;
  aim(event);
}

function onClick(event) {
  if (head !== null) stop();
  const before = pinned && event.pointerType !== "touch" ? placeLookedAt() : "";
  pinned = false;
  aim(event);
  pinned = focus !== null && placeLookedAt() !== before;
  light();
}

// Which character or frame of which engine is looked at, so that a second click on it lets go.
function placeLookedAt() {
  if (!focus) return "";
  const engine = engines[focus.engine];
  const where = focus.chars || !engine.frames ? Math.round(focus.px) : frameAt(engine, focus.px);
  return `${focus.engine} ${focus.chars ? "character" : "frame"} ${where}`;
}

function settle() {
  view.scale = comfortableScale();
  view.roominess = fittingRoominess();
  draw();
}

// Told by the page around, in CSS pixels from this frame's top to the end of the window; answered by a height.
function takeRoom(height) {
  const wanted = String(Math.max(300, Math.round(height) || 300));
  if (!root.dataset.room) return;
  if (root.dataset.room === wanted) return tellHeight();
  root.dataset.room = wanted;
  settle();
}

// What the view shows decides what its legend and its help say.
function nameKind() {
  root.classList.toggle("several", engines.length > 1 && !data.truth.length);
  root.classList.toggle("judged", data.truth.length > 0);
  root.classList.toggle("changed", engines.some((engine) => changesOf(engine).length));
}

function wire() {
  let wantedTheme = root.dataset.theme;
  followTheme(wantedTheme);
  dark.addEventListener("change", () => followTheme(wantedTheme));
  addEventListener("message", (event) => {
    const { type, theme, height, key } = Object(event.data);
    if (type === "ctc-view-introduce") introduce();
    if (type === "ctc-view-key" && ["n", "p"].includes(key)) keys[key]();
    if (type === "ctc-view-room") takeRoom(Number(height));
    if (type === "ctc-view-can-look") byId("look").hidden = false;
    if (type === "ctc-view-update") takeUpdate(event.data);
    if (type === "ctc-view-line" && event.source === parent) takeLine(event.data);
    if (type === "ctc-view-go") goTo(Object(event.data));
    if (type === "ctc-view-theme" && ["light", "dark"].includes(theme)) followTheme((wantedTheme = theme));
  });
  nameKind();
  overview.querySelector("img").src = byId("image").src;
  for (const area of [stage, byId("readings")]) {
    area.addEventListener("pointermove", onPointer);
    area.addEventListener("click", onClick);
    area.addEventListener("pointerleave", () => pinned || head !== null || forget());
  }
  scroller.addEventListener("scroll", showOverview, { passive: true });
  scroller.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomTo(view.scale * Math.exp(-event.deltaY / 400), event.clientX);
  }, { passive: false });
  overview.addEventListener("pointerdown", dragOverview);
  overview.addEventListener("pointermove", dragOverview);
  byId("in").addEventListener("click", () => zoomTo(view.scale * 1.4));
  byId("out").addEventListener("click", () => zoomTo(view.scale / 1.4));
  byId("fit").addEventListener("click", () => zoomTo(limits().fit));
  byId("play").addEventListener("click", play);
  byId("how").addEventListener("toggle", tellHeight);
  document.addEventListener("keydown", onKey);
  wireSpotlight();
  wirePlace();
  wireSight();
  let shownFor = 0;
  const fitWidth = () => {
    if (scroller.clientWidth === shownFor) return;
    shownFor = scroller.clientWidth;
    settle();
  };
  fitWidth(); // at once: the pointer may move before the observer's first call, and needs what is drawn
  new ResizeObserver(fitWidth).observe(scroller);
}

wire();
