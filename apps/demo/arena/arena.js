// The duel's buttons, and the keys 1 to 4 for them while no text is being typed.
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-verdict]');
  if (button) trigger('select', {verdict: button.dataset.verdict});
});
document.addEventListener('keydown', (event) => {
  if (!element.offsetParent || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, textarea, select, [contenteditable]')) return;
  const button = element.querySelectorAll('[data-verdict]')[Number(event.key) - 1];
  if (!button) return;
  event.preventDefault();
  button.click();
});
