// Draws a lead's samples.

import { colour } from "./palette.js";

// drawLead draws what of a lead lies within the width; null and gaps break the line.
export function drawLead(pen, chunks, lead, x, y, width) {
  pen.beginPath();
  let end = -Infinity;
  for (const c of chunks) {
    const uv = c.uv[c.leads.indexOf(lead)];
    if (!uv) continue;
    const step = 1000 / c.rate;
    let pen_down = c.start - end < step * 1.5;
    const x0 = x(c.start), dx = x(c.start + step) - x0;
    const first = Math.max(0, Math.floor(-x0 / dx) - 1), last = Math.min(uv.length - 1, Math.ceil((width - x0) / dx) + 1);
    for (let i = first; i <= last; i++) {
      if (uv[i] === null) {
        pen_down = false;
        continue;
      }
      if (pen_down) pen.lineTo(x0 + i * dx, y(uv[i]));
      else pen.moveTo(x0 + i * dx, y(uv[i]));
      pen_down = true;
    }
    end = uv[uv.length - 1] === null ? -Infinity : c.start + uv.length * step;
  }
  pen.lineWidth = 1.25;
  pen.lineJoin = "round";
  pen.strokeStyle = colour("--trace");
  pen.stroke();
}

// middle is the µV half way between a lead's low and high within a time, without
// the outermost hundredths, so that one spike does not push the trace away.
export function middle(chunks, lead, from, to) {
  const values = [];
  for (const c of chunks) {
    const uv = c.uv[c.leads.indexOf(lead)];
    if (!uv) continue;
    const first = Math.max(0, Math.floor(((from - c.start) / 1000) * c.rate));
    const last = Math.min(uv.length, Math.ceil(((to - c.start) / 1000) * c.rate));
    const step = Math.max(1, Math.floor((last - first) / 600));
    for (let i = first; i < last; i += step) if (uv[i] !== null) values.push(uv[i]);
  }
  if (!values.length) return 0;
  values.sort((a, b) => a - b);
  return (values[Math.floor(values.length * 0.01)] + values[Math.floor((values.length - 1) * 0.99)]) / 2;
}
