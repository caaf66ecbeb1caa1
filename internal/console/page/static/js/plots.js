// What each plot of the timeline shows. Lines differ in their dashes, not only in
// their colours.

/* global uPlot */
import { colour } from "./palette.js";
import { clockMinutes, day } from "./time.js";

const ink = (name) => () => colour(name);
const round = (v, digits = 0) => (v === null || v === undefined ? "–" : v.toFixed(digits));

function times(u, splits) {
  let before = "";
  return splits.map((s) => {
    const at = s * 1000, date = day(at), first = date !== before;
    before = date;
    return clockMinutes(at) === "00:00" || (first && u.scales.x.max - u.scales.x.min > 172_800) ? date : clockMinutes(at);
  });
}

// base is common to all plots; only the last one writes the time.
const base = (last, range, y, list) => ({
  padding: [6, 10, 0, 0],
  scales: { x: { time: true }, y: { range } },
  series: [{}, ...list.map((s) => ({ points: { show: false }, spanGaps: false, width: 1.25, ...s }))],
  axes: [
    { stroke: ink("--muted"), font: "11px system-ui", grid: { stroke: ink("--line"), width: 1 }, ticks: { show: false }, size: last ? 22 : 4, gap: 4, space: 70, values: last ? times : () => [] },
    { stroke: ink("--muted"), font: "11px system-ui", grid: { stroke: ink("--line"), width: 1 }, ticks: { show: false }, size: 38, gap: 4, space: 20, ...y },
  ],
});

const stepped = (u, ...rest) => uPlot.paths.stepped({ align: 1 })(u, ...rest);

export const plots = [
  {
    id: "rate", name: "Heart rate", unit: "/min", height: 88, legend: [["rate", "mean"], ["band", "lowest to highest"]],
    options: (last) => ({
      ...base(last, (u, low, high) => [Math.min(40, Math.floor((low ?? 50) / 10) * 10), Math.max(120, Math.ceil((high ?? 100) / 10) * 10)], {}, [
        { stroke: ink("--plot-rate") }, { stroke: null, width: 0 }, { stroke: null, width: 0 }]),
      bands: [{ series: [3, 2], fill: ink("--plot-band") }],
    }),
    say: ([, mean, min, max], i) => (mean[i] === null ? "" : `${round(mean[i])} /min (${round(min[i])}–${round(max[i])})`),
  },
  {
    id: "burden", name: "Burden", unit: "% of beats, AF of time", height: 62, legend: [["v", "V"], ["a", "A"], ["af", "AF"]],
    options: (last) => base(last, (u, low, high) => [0, Math.max(5, Math.ceil((high ?? 0) * 1.15))], {}, [
      { stroke: ink("--kind-v"), paths: stepped, width: 1.5 }, { stroke: ink("--kind-a"), paths: stepped, dash: [5, 3], width: 1.5 },
      { stroke: ink("--kind-af"), paths: stepped, dash: [1, 3], width: 2 }, { show: false }]),
    say: ([, v, a, af, beats], i) => (v[i] === null ? "" : `V ${round(v[i], 1)} %, A ${round(a[i], 1)} % of ${beats[i].toLocaleString("en")} beats, AF ${round(af[i])} %`),
  },
  {
    id: "st", name: "ST", unit: "µV against the patient's baseline", height: 62, legend: [],
    options: (last) => base(last, (u, low, high) => [Math.min(-150, Math.floor((low ?? 0) / 50) * 50), Math.max(150, Math.ceil((high ?? 0) / 50) * 50)],
      { incrs: [50, 100, 200, 500, 1000] }, [{ stroke: ink("--kind-st") }]),
    say: ([, uv], i) => (uv[i] === null ? "" : `${uv[i] < 0 ? "−" : "+"}${Math.abs(uv[i])} µV`),
  },
  {
    id: "coverage", name: "Coverage", unit: "% of time", height: 62, legend: [["recorded", "recorded"], ["analysed", "analysed"]],
    options: (last) => base(last, () => [0, 105], { incrs: [50] }, [
      { stroke: ink("--plot-recorded"), fill: ink("--plot-recorded-fill"), paths: stepped, width: 1 },
      { stroke: ink("--plot-analysed"), paths: stepped, dash: [3, 2] }]),
    say: ([, recorded, analysed], i) => (recorded[i] === null ? "" : `${round(recorded[i])} % recorded, ${round(analysed[i])} % analysed`),
  },
];
