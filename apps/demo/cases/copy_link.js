// Copies the link of a case. It works wherever this page is: behind a proxy's path, inside another page's frame.
element.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy-case]');
  if (!button) return;
  const link = new URL(location.href);
  link.search = '?case=' + button.dataset.copyCase;
  link.hash = '';
  try {
    await navigator.clipboard.writeText(link.href);
    button.textContent = say('copied');
    setTimeout(() => { button.textContent = say('copy'); }, 1600);
  } catch (refused) {
    window.prompt(say('copy_this'), link.href);
  }
});
