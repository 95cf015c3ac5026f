// Saves the file that a button asked for. A PNG is drawn here from its SVG.
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

watch('value', async () => {
  const {number, problem, file, type, content} = props.value || {};
  const button = number && [...document.querySelectorAll('#saves .zj-save')].find((one) => one.dataset.number === number);
  if (!button) return; // another picture has come in between
  delete button.dataset.number;
  button.removeAttribute('aria-busy');
  const row = button.parentElement;
  row.querySelectorAll('[role="alert"]').forEach((node) => node.remove());
  if (problem) {
    const told = document.createElement('span');
    told.setAttribute('role', 'alert');
    told.textContent = problem;
    return row.append(told);
  }
  const blob = new Blob([bytesOf(content)], {type});
  if (!file.endsWith('.png')) return save(blob, file);
  try {
    save(await drawn(blob), file);
  } catch {
    save(blob, file.replace(/png$/, 'svg'));
  }
});
