// A slider over the points of the curve; a click on the chart moves it.
const range = element.querySelector('input');
const label = element.querySelector('output');
let labels = [];

function show() {
  element.querySelector('.zj-points').hidden = labels.length < 2;
  range.max = Math.max(1, labels.length - 1);
  label.textContent = labels[Number(range.value)] || '';
}

function go(place) {
  if (!(place >= 0 && place < labels.length)) return;
  range.value = place;
  show();
  props.value = {...props.value, place};
  trigger('select');
}

watch('value', () => {
  const told = props.value || {};
  labels = told.labels || [];
  show();
  range.value = told.place || 0;
  show();
});
range.addEventListener('input', () => go(Number(range.value)));

// Plotly puts its own emitter on the chart's element each time it makes one.
const follow = () => {
  const chart = document.querySelector('#break-chart .js-plotly-plot');
  if (!chart || !chart.on || chart.dataset.followed) return;
  chart.dataset.followed = 'true';
  chart.scrollIntoView({behavior: 'smooth', block: 'nearest'});
  chart.on('plotly_click', (event) => {
    const point = event.points.find((one) => Array.isArray(one.customdata));
    if (point) go(point.customdata[0]);
  });
};
new MutationObserver(follow).observe(document.body, {childList: true, subtree: true});
show();
