// Saves what the buttons hold. A button without content takes that of the one before it; a PNG is drawn from its SVG.
const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function save(blob, file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function drawn(svg) {
  const picture = new Image();
  picture.src = URL.createObjectURL(svg);
  try {
    await picture.decode();
    const canvas = document.createElement('canvas');
    const times = Math.min(2, 6000 / picture.width);
    canvas.width = Math.round(picture.width * times);
    canvas.height = Math.round(picture.height * times);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  } finally {
    URL.revokeObjectURL(picture.src);
  }
}

element.addEventListener('click', async (event) => {
  const button = event.target.closest('.zj-save');
  if (!button) return;
  const holder = button.dataset.content ? button : button.previousElementSibling;
  const blob = new Blob([bytesOf(holder.dataset.content)], {type: button.dataset.type});
  const {file} = button.dataset;
  if (!file.endsWith('.png')) return save(blob, file);
  try {
    save(await drawn(blob), file);
  } catch {
    save(blob, file.replace(/png$/, 'svg'));
  }
});
