// The trace of one patient: live, or a strip of any time, on the same paper.

import { h, fill } from "./dom.js";
import { Sheet } from "./sheet.js";
import { Tape } from "./tape.js";
import { Playhead } from "./playhead.js";
import { loader } from "./loader.js";
import { gestures } from "./gestures.js";
import { calipers } from "./calipers.js";
import { toolbar, speeds } from "./toolbar.js";
import { onTheme } from "./palette.js";
import { MM } from "./sheet.js";
import { clockTenths, moment, ms } from "./time.js";

const keepLive = 120_000; // ms of live signal
const still = matchMedia("(prefers-reduced-motion: reduce)");

// trace draws into host. on.marks(from, to) gives what to mark, on.view(trace)
// hears of a view that has settled, on.pick(at) of a tap.
export function trace(host, patient, on) {
  const canvas = h("canvas", { role: "img", "aria-label": "Trace" });
  const note = h("p", { class: "sheet-note", role: "status" });
  const paper = h("div", { class: "sheet" }, canvas, note);
  const range = h("p", { class: "range" });
  const sheet = new Sheet(canvas), liveTape = new Tape(keepLive), head = new Playhead();
  const stored = loader(patient, (trouble) => {
    state.trouble = trouble;
    draw();
  });
  const state = { live: true, speed: 25, gain: 10, from: 0, leads: [], device: "", trouble: null, heard: NaN };

  const held = () => liveTape.covers(state.from, state.from + sheet.seconds(state) * 1000, state.device);
  const tape = () => (state.live || held() ? liveTape : stored.tape);
  const known = () => [...new Set([...tape().leads(state.device), ...liveTape.leads(state.device)])];
  const leads = () => {
    const chosen = known().filter((l) => state.leads.includes(l));
    return chosen.length ? chosen : known().slice(0, 2);
  };
  const view = () => ({ from: state.from, speed: state.speed, gain: state.gain });
  const scene = () => ({
    view: view(), leads: leads(), tape: tape(), device: state.device || tape().devices()[0], steady: !state.live,
    marks: on.marks(state.from, sheet.to(view())),
  });
  const caliper = calipers(paper, sheet, scene, () => draw());

  function draw() {
    if (state.live && Number.isFinite(head.at)) state.from = head.at - sheet.seconds(state) * 1000;
    sheet.draw(scene());
    if (!state.live) canvas.setAttribute("aria-label", describe());
    caliper.draw();
    fill(note, words());
  }

  function words() {
    if (state.live) {
      if (!Number.isFinite(liveTape.last)) return "Waiting for signal. It appears as soon as a device of this patient sends some.";
      return Date.now() - state.heard > 15_000 ? "No new signal. What you see is the last that arrived." : "";
    }
    if (tape().between(state.from, sheet.to(view()), state.device).length) return "";
    if (stored.busy) return "Loading the signal…";
    return state.trouble ? `${state.trouble.message} ${state.trouble.remedy}` : "No signal at this time. Go on to a time that has coverage.";
  }

  let settling;
  // settle tells of the view once it stays, and fetches what it lacks.
  function settle() {
    draw();
    tools.show({ ...state, known: known(), shown: leads(), devices: [...new Set([...liveTape.devices(), ...stored.tape.devices()])], measuring: caliper.on });
    clearTimeout(settling);
    settling = setTimeout(async () => {
      if (!state.live && !held()) {
        const asked = stored.want(state.from, sheet.to(view()), Math.ceil(sheet.width * Math.max(2, sheet.ratio)) * 2);
        draw();
        await asked;
        tools.show({ ...state, known: known(), shown: leads(), devices: [...new Set([...liveTape.devices(), ...stored.tape.devices()])], measuring: caliper.on });
      }
      range.textContent = state.live ? "" : `${moment(state.from)} – ${clockTenths(sheet.to(view()))}`;
      canvas.setAttribute("aria-label", describe());
      on.view(self);
    }, 120);
  }

  const describe = () => `${state.live ? "Live trace" : `Strip from ${moment(state.from)}, ${sheet.seconds(view()).toFixed(1)} s`}, ` +
    `leads ${leads().join(", ") || "none"}, ${state.speed} mm/s, ${state.gain} mm/mV. ` +
    (on.marks(state.from, sheet.to(view())).map((m) => `${m.label} at ${clockTenths(m.from)}`).slice(0, 12).join("; ") || "No marked spans.");

  const self = {
    get live() { return state.live; },
    get from() { return state.from; },
    get to() { return sheet.to(view()); },
    visible: () => ({ from: state.from, to: sheet.to(view()), leads: leads(), device: state.device }),
    draw,

    // signal takes a stretch as it arrives.
    signal(stretch, first = false) {
      const fresh = liveTape.leads(state.device).length === 0;
      liveTape.add(stretch);
      const length = (Math.max(0, ...stretch.uv.map((uv) => uv.length)) / stretch.rate) * 1000;
      state.heard = first ? ms(stretch.start) + length : Date.now();
      head.heard(length);
      if (fresh) settle();
    },

    goLive() {
      state.live = true;
      head.at = NaN;
      head.move(liveTape.last, 0);
      settle();
    },

    // open shows the strip at a time, in the middle of the view if it fits.
    open(from, to = from) {
      const wide = sheet.seconds(view()) * 1000;
      state.live = false;
      state.from = to - from < wide * 0.8 ? (from + to - wide) / 2 : from - wide * 0.1;
      state.trouble = null;
      settle();
    },

    freeze() {
      if (state.live && Number.isFinite(head.at)) state.live = false;
      settle();
    },

    // pan goes on by a part of the width.
    pan(part) { self.panBy(-part * sheet.width); },
    panBy(pixels) {
      if (state.live && !Number.isFinite(head.at)) return;
      state.live = false;
      state.from -= (pixels / (state.speed * MM)) * 1000;
      settle();
    },

    // zoom changes the speed by steps, around a place on the paper.
    zoom(step, x = sheet.width / 2) {
      const next = speeds[speeds.indexOf(state.speed) + step];
      if (!next) return;
      const at = sheet.time(view(), x);
      state.speed = next;
      if (!state.live) state.from = at - (x / (next * MM)) * 1000;
      settle();
    },

    measure() {
      if (state.live) self.freeze();
      caliper.toggle();
      settle();
    },
    set(change) {
      Object.assign(state, change);
      if (change.device !== undefined) stored.forget();
      settle();
    },
  };

  const tools = toolbar(self);
  fill(host, h("div", { class: "card-head" }, h("h2", { class: "hidden" }, "Trace"), tools.el, range), paper);
  gestures(canvas, { pan: self.panBy, zoom: self.zoom, tap: (x) => on.pick(sheet.time(view(), x)) });
  new ResizeObserver(settle).observe(paper);
  onTheme(draw);

  let before = performance.now(), drawn = 0;
  requestAnimationFrame(function run(now) {
    if (state.live) {
      head.move(liveTape.last, now - before);
      // Where motion is unwelcome the trace goes on once a second instead of running.
      if (!still.matches || now - drawn > 1000) {
        draw();
        drawn = now;
      }
    }
    before = now;
    requestAnimationFrame(run);
  });
  settle();
  return self;
}
