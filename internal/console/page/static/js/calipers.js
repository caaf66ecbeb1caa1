// Two handles on the trace: the time between them, the rate that it would be, and
// the difference in mV in one lead.

import { h, fill } from "./dom.js";

const fine = 4, coarse = 40; // ms that an arrow key moves a handle

// calipers lie over a sheet; scene() gives what is drawn now, on change they are
// to be drawn again.
export function calipers(host, sheet, scene, change) {
  const handles = ["1", "2"].map((name) => ({ name, at: 0, el: null }));
  const readout = h("output", { class: "caliper-readout" });
  const box = h("div", { class: "calipers", hidden: true }, handles.map(make), readout);
  let lead = 0;
  host.append(box);

  function make(handle) {
    handle.el = h("div", { class: `caliper caliper-${handle.name}`, role: "slider", tabindex: 0, "aria-label": `Caliper ${handle.name}`, "aria-valuemin": 0 });
    handle.el.append(h("span", { class: "caliper-name", "aria-hidden": "true" }, handle.name), handle.dot = h("i", { class: "caliper-dot" }));
    handle.el.addEventListener("pointerdown", (e) => {
      handle.el.setPointerCapture(e.pointerId);
      e.preventDefault();
      handle.el.focus();
    });
    handle.el.addEventListener("pointermove", (e) => {
      if (!handle.el.hasPointerCapture(e.pointerId)) return;
      const box = host.getBoundingClientRect();
      handle.at = sheet.time(scene().view, Math.min(Math.max(e.clientX - box.left, 0), sheet.width));
      lead = Math.min(Math.max(sheet.leadAt(e.clientY - box.top), 0), scene().leads.length - 1);
      change();
    });
    handle.el.addEventListener("keydown", (e) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
      if (step) {
        handle.at += step * (e.shiftKey ? coarse : fine);
      } else if (e.key === "ArrowUp" || e.key === "ArrowDown") {
        lead = Math.min(Math.max(lead + (e.key === "ArrowDown" ? 1 : -1), 0), scene().leads.length - 1);
      } else {
        return;
      }
      e.preventDefault();
      change();
    });
    return handle.el;
  }

  function draw() {
    if (box.hidden) return;
    const { view, leads, tape, device } = scene();
    lead = Math.min(lead, leads.length - 1);
    const [a, b] = handles.map((handle) => {
      const uv = tape.at(leads[lead], handle.at, device);
      const x = sheet.x(view, handle.at);
      handle.el.style.transform = `translateX(${x}px)`;
      handle.el.hidden = x < -1 || x > sheet.width + 1;
      handle.el.style.height = `${sheet.height - 20}px`;
      handle.dot.hidden = uv === null || !sheet.shown?.[lead];
      if (!handle.dot.hidden) handle.dot.style.top = `${sheet.y(view, sheet.shown[lead], uv)}px`;
      return { ...handle, uv };
    });
    const text = measure(b.at - a.at, a.uv, b.uv, leads[lead]);
    fill(readout, text.map(([value, unit]) => h("span", {}, h("b", {}, value), ` ${unit}`)));
    for (const handle of handles) {
      handle.el.setAttribute("aria-valuenow", Math.round(handle.at - view.from));
      handle.el.setAttribute("aria-valuemax", Math.round(sheet.seconds(view) * 1000));
      handle.el.setAttribute("aria-valuetext", text.map((t) => t.join(" ")).join(", "));
    }
  }

  return {
    draw,
    get on() { return !box.hidden; },
    // toggle puts the handles a second apart in the middle of the view, or away.
    toggle() {
      box.hidden = !box.hidden;
      if (box.hidden) return;
      const { view } = scene();
      const centre = (view.from + sheet.to(view)) / 2, half = Math.min(500, (sheet.to(view) - view.from) / 6);
      [handles[0].at, handles[1].at] = [centre - half, centre + half];
      change();
      handles[0].el.focus({ preventScroll: true });
    },
  };
}

// measure is what the handles tell: ms, a rate per minute, mV.
export function measure(dt, a, b, lead) {
  const apart = Math.abs(dt);
  const mv = a === null || b === null ? "–" : `${b - a < 0 ? "−" : "+"}${Math.abs((b - a) / 1000).toFixed(2)}`;
  return [[Math.round(apart), "ms"], [apart >= 100 ? Math.round(60_000 / apart) : "–", "/min"], [mv, `mV in ${lead}`]];
}
