/* Gives each CTC view the height it asks for, and opens what fits on paper before printing. The page is whole without it. */
addEventListener("message", (event) => {
  const wanted = event.data;
  if (!wanted || wanted.type !== "ctc-view-height" || !Number.isFinite(wanted.height)) return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === event.source) {
      frame.style.height = `${Math.min(4000, Math.max(200, wanted.height))}px`;
    }
  }
});
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not(.view):not(.figures):not([open])")];
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
});
