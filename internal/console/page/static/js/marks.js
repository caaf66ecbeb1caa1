// Spans over the paper: coloured by kind, labelled with its code, and told apart
// by their pattern: events are filled, answers hatched, rejected events dashed.

import { colour } from "./palette.js";
import { codeOf, label, slot } from "./kinds.js";
import { ms } from "./time.js";

// laneHeight is what the sheet keeps free for the labels above the first lead.
export const laneHeight = 20;

export const eventMark = (event, selected) => ({
  from: ms(event.start), to: ms(event.end), kind: codeOf(event), label: label(event), selected,
  rejected: event.review?.verdict === "rejected",
});

export const answerMark = (span) => ({ from: ms(span.from), to: ms(span.to), kind: span.kind, label: `Answer: ${span.kind}`, answer: true });

export function drawMarks(pen, marks, x, { width, bottom }) {
  let used = -Infinity;
  for (const mark of [...marks].sort((a, b) => a.from - b.from)) {
    const left = Math.max(-4, x(mark.from)), right = Math.min(width + 4, Math.max(x(mark.to), x(mark.from) + 2));
    if (right < 0 || left > width) continue;
    body(pen, mark, left, right, bottom);
    used = tag(pen, mark, Math.max(left, 1), used, width);
  }
}

function body(pen, mark, left, right, bottom) {
  const ink = colour(`--kind-${slot(mark.kind)}`);
  pen.save();
  pen.beginPath();
  pen.rect(left, laneHeight, right - left, bottom - laneHeight);
  pen.globalAlpha = mark.answer ? 0.55 : mark.rejected ? 0.05 : mark.selected ? 0.22 : 0.12;
  pen.fillStyle = mark.answer ? hatch(pen, ink) : ink;
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = ink;
  pen.lineWidth = mark.selected ? 2 : 1;
  if (mark.rejected || mark.answer) pen.setLineDash([4, 3]);
  pen.beginPath();
  for (const at of [left, right]) {
    pen.moveTo(at, laneHeight);
    pen.lineTo(at, bottom);
  }
  pen.stroke();
  pen.setLineDash([]);
  pen.fillStyle = ink;
  pen.fillRect(left, laneHeight - 3, right - left, 3);
  pen.restore();
}

// tag writes the label, unless it would lie over the one before.
function tag(pen, mark, left, used, width) {
  pen.font = "600 11px system-ui, sans-serif";
  const wide = pen.measureText(mark.label).width + 8;
  const at = Math.min(left, width - wide);
  if (at < used) return used;
  pen.fillStyle = colour(`--kind-${slot(mark.kind)}`);
  pen.fillRect(at, 1, wide, laneHeight - 4);
  pen.fillStyle = colour("--on-kind");
  pen.textAlign = "left";
  pen.fillText(mark.label, at + 4, 12.5);
  return at + wide + 2;
}

function hatch(pen, ink) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const p = tile.getContext("2d");
  p.strokeStyle = ink;
  p.lineWidth = 1;
  p.beginPath();
  for (const d of [-8, 0, 8]) {
    p.moveTo(d, 8);
    p.lineTo(d + 8, 0);
  }
  p.stroke();
  return pen.createPattern(tile, "repeat");
}
