// Turns the timeline of the API into columns for the plots.

import { ms } from "./time.js";

const burdenBin = 900; // s: shares of fewer beats would jump about

// axis is the start of every bin, in s.
function axis(from, to, bin) {
  const first = Math.floor(from / 1000 / bin) * bin;
  return Array.from({ length: Math.max(1, Math.ceil((to / 1000 - first) / bin)) }, (_, i) => first + i * bin);
}

// columns spreads rows over the axis; a bin without a row is null, a gap.
function columns(x, bin, rows, ...values) {
  const out = values.map(() => new Array(x.length).fill(null));
  for (const row of rows) {
    const i = Math.round((ms(row.at) / 1000 - x[0]) / bin);
    if (i >= 0 && i < x.length) values.forEach((f, k) => { out[k][i] = f(row); });
  }
  return [x, ...out];
}

// sum adds rows up into larger bins.
function sum(rows, bin) {
  const bins = new Map();
  for (const row of rows) {
    const at = Math.floor(ms(row.at) / 1000 / bin) * bin;
    const b = bins.get(at) ?? { at: new Date(at * 1000).toISOString(), beats: 0, V: 0, A: 0, af: 0, n: 0 };
    for (const key of ["beats", "V", "A"]) b[key] += row[key] ?? 0;
    b.af += row.af_seconds ?? 0;
    b.n++;
    bins.set(at, b);
  }
  return [...bins.values()];
}

const share = (part, whole) => (whole ? (100 * part) / whole : null);

// series gives a table for each plot: x, then its columns.
export function series(day, from, to) {
  const bin = day.bin_seconds, x = axis(from, to, bin);
  const wide = Math.max(bin, burdenBin), wx = axis(from, to, wide);
  return {
    rate: columns(x, bin, day.heart_rate, (r) => r.mean, (r) => r.min, (r) => r.max),
    burden: columns(wx, wide, sum(day.burden, wide), (b) => share(b.V, b.beats), (b) => share(b.A, b.beats),
      (b) => share(b.af, b.n * bin), (b) => b.beats),
    st: columns(x, bin, day.st, (s) => s.uv),
    coverage: columns(x, bin, day.coverage, (c) => 100 * c.recorded, (c) => 100 * c.analysed),
  };
}
