// Charts by uPlot, as wide as the page and in its colours.
const CHART_HEIGHT = 260;
// Marks of the histogram's axis; the outer bins hold everything beyond.
const RATIOS = [[1 / 16, "1/16 or less"], [1 / 4, "1/4"], [1 / 2, "1/2"], [1, "1"], [2, "2"],
  [3, "3"], [4, "4"], [16, "16 or more"]];
const drawn = new Map();

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function axis(label, more = {}) {
  const lines = { stroke: colour("line"), width: 0.5 };
  return { label, stroke: colour("text"), grid: lines, ticks: lines, font: "12px system-ui",
    labelFont: "12px system-ui", ...more };
}

// Verdicts are stacked: each series is a sum, and lies behind the next one.
function histogramOptions({ edges, counts, bands }) {
  const centres = edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
  const kinds = Object.keys(counts);
  const sums = kinds.map((kind, k) =>
    centres.map((_, i) => kinds.slice(0, k + 1).reduce((sum, name) => sum + counts[name][i], 0)));
  const series = kinds.map((kind) => ({
    label: kind,
    fill: colour(kind),
    width: 0,
    paths: uPlot.paths.bars({ size: [0.9] }),
    points: { show: false },
    value: (chart, sum, number, i) => (i === null || i === undefined ? "–" : counts[kind][i]),
  }));
  function drawBands(chart) {
    bands.forEach(([low, high], i) => {
      const left = chart.valToPos(Math.max(low, edges[0]), "x", true);
      const right = chart.valToPos(Math.min(high, edges[edges.length - 1]), "x", true);
      chart.ctx.fillStyle = colour(i ? "line" : "soft");
      chart.ctx.fillRect(left, chart.bbox.top, right - left, chart.bbox.height);
    });
  }
  const ratio = { label: "E_xyz / E_w", value: (chart, x) => (x === null ? "–" : (2 ** x).toFixed(2)) };
  const marks = RATIOS.map(([value, name]) => [Math.log2(value), name]);
  return {
    data: [centres, ...sums.reverse()],
    series: [ratio, ...series.reverse()],
    scales: { x: { time: false, range: [edges[0], edges[edges.length - 1]] }, y: { range: (chart, low, high) => [0, high || 1] } },
    axes: [
      axis("E_xyz / E_w", { splits: marks.map(([x]) => x), values: marks.map(([, name]) => name) }),
      axis("clips"),
    ],
    padding: [null, 40, null, null],
    hooks: { drawClear: [drawBands] },
  };
}

function curveOptions(lines, label, top) {
  const names = Object.keys(lines);
  const named = ["kept", "c1", "rejected", "failed"].map(colour);
  const shown = (value, digits) => (value === null || value === undefined ? "–" : value.toFixed(digits));
  const series = names.map((name, i) => ({
    label: name,
    stroke: named[i] || `hsl(${(137 * i) % 360} 60% 50%)`,
    width: 2,
    spanGaps: true,
    // One value has no line.
    points: { show: lines[name][0].length === 1, size: 8, fill: named[i] },
    value: (chart, value) => shown(value, 3),
  }));
  return {
    data: uPlot.join(names.map((name) => lines[name])),
    series: [{ label: "step", value: (chart, step) => shown(step, 0) }, ...series],
    scales: { x: { time: false }, y: { range: (chart, low, high) => [0, top || 1.05 * high || 1] } },
    axes: [axis("steps"), axis(label)],
  };
}

function drawCharts() {
  const { histogram, loss, validation_loss: validation, accuracy, jaccard } = state.charts;
  const makers = {
    histogram: () => histogramOptions(histogram),
    loss: () => curveOptions(loss, "loss"),
    validation_loss: () => curveOptions(validation, "loss"),
    accuracy: () => curveOptions(accuracy, "share of matches", 1),
    jaccard: () => curveOptions(jaccard, "M_J", 1),
  };
  for (const [id, make] of Object.entries(makers)) {
    const place = document.getElementById(id);
    if (!place) continue;
    drawn.get(place)?.destroy();
    const { data, ...options } = make();
    drawn.set(place, new uPlot({ width: place.clientWidth, height: CHART_HEIGHT, ...options }, data, place));
  }
}

foa360.load("data/uPlot.iife.min.js").then(() => {
  drawCharts();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
  const widths = new ResizeObserver((entries) => entries.forEach(({ target }) =>
    drawn.get(target).setSize({ width: target.clientWidth, height: CHART_HEIGHT })));
  for (const place of drawn.keys()) widths.observe(place);
}).catch((error) => {
  for (const place of document.querySelectorAll(".chart")) place.textContent = error.message;
});
