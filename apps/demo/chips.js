// What is chosen in a list of several stands in chips, whose buttons Gradio calls "Remove 0", by place: here by name.
const nameChips = () => {
  for (const button of document.querySelectorAll('.token .token-remove')) {
    const wanted = say('remove', {name: button.closest('.token').textContent.trim()});
    if (button.title !== wanted) { button.title = wanted; button.setAttribute('aria-label', wanted); }
  }
};
nameChips();
new MutationObserver(nameChips).observe(document.body, {subtree: true, childList: true, attributes: true, attributeFilter: ['title']});
