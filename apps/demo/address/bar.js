// The header's part of the address line: the link to what is seen, and the theme, which is part of it.
const popup = element.querySelector('.zj-link');
const words = JSON.parse(popup.dataset.words);

element.querySelector('.zj-theme-button').addEventListener('click', () => {
  address.chooseTheme(address.theme() === 'dark' ? 'light' : 'dark');
});
address.onGo((asked) => trigger('select', asked));

async function copyLink() {
  const {href, own, tab} = address.link();
  const field = popup.querySelector('input');
  field.value = href;
  popup.querySelector('.zj-link-own').textContent = own ? words[`own_${tab}`] || words.own : words.fine;
  popup.hidden = false;
  field.select();
  let copied = false;
  try {
    await navigator.clipboard.writeText(href);
    copied = true;
  } catch { copied = document.execCommand && document.execCommand('copy'); }
  popup.querySelector('.zj-link-done').textContent = copied ? words.copied : words.refused;
}
element.querySelector('.zj-link-button').addEventListener('click', () => { if (popup.hidden) copyLink(); else popup.hidden = true; });
popup.querySelector('.zj-link-close').addEventListener('click', () => { popup.hidden = true; element.querySelector('.zj-link-button').focus(); });
element.addEventListener('keydown', (event) => { if (event.key === 'Escape') popup.hidden = true; });
document.addEventListener('pointerdown', (event) => { if (!popup.hidden && !event.target.closest('.zj-link, .zj-link-button')) popup.hidden = true; });
