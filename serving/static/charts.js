// Draws every element that carries its chart's data; Plotly is served from this same server.
const russian = document.documentElement.lang === "ru";
for (const place of document.querySelectorAll("[data-chart]")) {
  const { traces, layout } = JSON.parse(place.dataset.chart);
  const base = { margin: { l: 45, r: 10, t: 10, b: 40 }, legend: { orientation: "h", y: -0.2 }, font: { family: "inherit" }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", separators: russian ? ", " : ".,", xaxis: { tickformatstops: [{ dtickrange: [null, 86399999], value: russian ? "%H:%M\n%d.%m" : "%H:%M\n%d %b" }, { dtickrange: [86400000, null], value: russian ? "%d.%m" : "%d %b" }], hoverformat: russian ? "%d.%m.%Y" : "%Y-%m-%d" } };
  if (place.clientWidth < 480 && layout.xaxis?.nticks) layout.xaxis.nticks = 3; // words side by side on a phone
  Plotly.newPlot(place, traces, { ...base, ...layout, xaxis: { ...base.xaxis, ...layout.xaxis } }, { displayModeBar: false, responsive: true });
  place.closest("details")?.addEventListener("toggle", () => Plotly.Plots.resize(place)); // a closed one has no width
}
