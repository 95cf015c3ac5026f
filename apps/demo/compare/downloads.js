// The buttons ask for a file; take_download.js, which hears the answer, marks the button that waits for it.
element.addEventListener('click', (event) => {
  const button = event.target.closest('.zj-save');
  if (!button || button.dataset.number) return;
  button.dataset.number = Math.random().toString(36).slice(2, 12);
  button.setAttribute('aria-busy', 'true');
  trigger('select', {what: button.dataset.what, number: button.dataset.number});
});
