// ECG paper on a canvas: the grid, traces, spans and the time axis. A view is
// {from, speed, gain}: ms since 1970, mm/s and mm/mV.

import { colour } from "./palette.js";
import { drawMarks, laneHeight } from "./marks.js";
import { drawLead, middle } from "./draw.js";
import { clock, clockTenths } from "./time.js";

// MM is a millimetre of paper in CSS pixels: whole, so that lines are sharp, and
// the same in both directions, so that squares are squares.
export const MM = 4;

const axisHeight = 20;

export class Sheet {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { alpha: false });
    this.middles = new Map(); // lead: {value, aim, at}, µV in the middle of its band
  }

  // size fits the canvas to its width and to so many leads.
  size(leads) {
    const ratio = devicePixelRatio || 1;
    const width = Math.max(60, Math.floor(this.canvas.parentElement.clientWidth));
    this.band = MM * (leads <= 2 ? 30 : leads <= 4 ? 22 : 16);
    const height = laneHeight + axisHeight + Math.max(1, leads) * this.band;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio) || this.width !== width) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    Object.assign(this, { ratio, width, height });
  }

  seconds(view) { return this.width / (view.speed * MM); }
  to(view) { return view.from + this.seconds(view) * 1000; }
  x(view, at) { return ((at - view.from) / 1000) * view.speed * MM; }
  time(view, x) { return view.from + (x / (view.speed * MM)) * 1000; }

  // y is where a lead's µV stands.
  y(view, lead, uv) { return laneHeight + (lead.index + 0.5) * this.band - ((uv - lead.middle) / 1000) * view.gain * MM; }

  // leadAt is the index of the band at a height.
  leadAt(y) { return Math.floor((y - laneHeight) / this.band); }

  // draw draws a scene {view, leads, tape, device, marks, steady}; in a scene that is
  // not steady, one that runs on, the bands follow a wandering baseline slowly.
  draw(scene) {
    const { pen } = this;
    this.size(scene.leads.length);
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.fillStyle = colour("--paper");
    pen.fillRect(0, 0, this.width, this.height);
    this.grid(scene.view);
    const bottom = this.height - axisHeight;
    drawMarks(pen, scene.marks, (at) => this.x(scene.view, at), { width: this.width, bottom });
    const chunks = scene.tape.between(scene.view.from, this.to(scene.view), scene.device);
    this.shown = scene.leads.map((name, index) => ({ name, index, middle: this.settle(name, chunks, scene) }));
    for (const lead of this.shown) {
      drawLead(pen, chunks, lead.name, (at) => this.x(scene.view, at), (uv) => this.y(scene.view, lead, uv), this.width);
      this.name(lead);
    }
    this.axis(scene.view, bottom);
  }

  // settle gives the µV in the middle of a lead's band. Measuring it takes a while, so
  // that of a trace that runs is measured a few times a second and approached slowly.
  settle(name, chunks, { view, steady }) {
    const known = this.middles.get(name);
    if (!steady && known) {
      if (Date.now() - known.at > 300 && chunks.length) Object.assign(known, { at: Date.now(), aim: middle(chunks, name, view.from, this.to(view)) });
      known.value += (known.aim - known.value) * 0.05;
      return known.value;
    }
    const value = middle(chunks, name, view.from, this.to(view));
    if (chunks.length) this.middles.set(name, { value, aim: value, at: Date.now() });
    return value;
  }

  grid(view) {
    const bottom = this.height - axisHeight;
    const shift = ((view.from / 1000) * view.speed) % 5;
    for (const [step, name] of [[1, "--grid-thin"], [5, "--grid-strong"]]) {
      this.pen.beginPath();
      for (let mm = -shift + (step === 1 ? Math.floor(shift) : 0); mm * MM < this.width; mm += step) {
        const x = Math.round(mm * MM * this.ratio) / this.ratio + 0.5 / this.ratio;
        this.pen.moveTo(x, laneHeight);
        this.pen.lineTo(x, bottom);
      }
      for (let y = laneHeight; y <= bottom; y += step * MM) {
        this.pen.moveTo(0, y + 0.5 / this.ratio);
        this.pen.lineTo(this.width, y + 0.5 / this.ratio);
      }
      this.pen.lineWidth = 1 / this.ratio;
      this.pen.strokeStyle = colour(name);
      this.pen.stroke();
    }
  }

  name(lead) {
    this.pen.font = "600 12px system-ui, sans-serif";
    const y = laneHeight + lead.index * this.band + 4;
    this.pen.fillStyle = colour("--paper");
    this.pen.fillRect(3, y, this.pen.measureText(lead.name).width + 8, 17);
    this.pen.fillStyle = colour("--ink");
    this.pen.textAlign = "left";
    this.pen.fillText(lead.name, 7, y + 13);
  }

  // axis writes the time where there is room for it.
  axis(view, bottom) {
    const { pen } = this;
    const step = [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120].find((s) => s * view.speed * MM >= 76) ?? 300;
    pen.fillStyle = pen.strokeStyle = colour("--muted");
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.beginPath();
    for (let at = Math.ceil(view.from / 1000 / step - 1e-9) * step; this.x(view, at * 1000) < this.width; at += step) {
      const x = this.x(view, at * 1000);
      pen.moveTo(x, bottom);
      pen.lineTo(x, bottom + 4);
      if (x > 26 && x < this.width - 26) pen.fillText((step < 1 ? clockTenths : clock)(Math.round(at * 1000)), x, bottom + 15);
    }
    pen.stroke();
  }
}
