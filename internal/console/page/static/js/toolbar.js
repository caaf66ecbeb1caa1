// What one does with the trace by pointer; keys do the same.

import { h, fill, shape } from "./dom.js";

// speeds in mm/s, in the steps of zoom.
export const speeds = [1, 2.5, 5, 12.5, 25, 50, 100, 200];
const gains = [2.5, 5, 10, 20, 40];

export function toolbar(trace) {
  const button = (text, title, run, keys) => h("button", { type: "button", title: keys ? `${title} (${keys})` : title, "aria-label": title, onclick: run }, text);
  const live = button("Live", "Follow the live signal", () => trace.goLive(), "l");
  const strip = button("Strip", "Stop here and look at the strip", () => trace.freeze(), "space");
  const speed = h("output", { class: "scale" });
  const gain = h("select", { "aria-label": "Gain", onchange: () => trace.set({ gain: Number(gain.value) }) },
    gains.map((g) => h("option", { value: String(g) }, `${g} mm/mV`)));
  const device = h("select", { "aria-label": "Device", hidden: true, onchange: () => trace.set({ device: device.value }) });
  const chosen = h("summary", { class: "button" });
  const boxes = h("div", { class: "menu-body" });
  const leads = h("details", { class: "menu" }, chosen, boxes);
  const measure = button("Measure", "Measure with calipers", () => trace.measure(), "m");
  let known = "";

  const el = h("div", { class: "tools", role: "toolbar", "aria-label": "Trace" },
    h("div", { class: "segments" }, live, strip),
    h("div", { class: "segments" }, button(shape("back"), "Earlier", () => trace.pan(-0.5), "←"), button(shape("next"), "Later", () => trace.pan(0.5), "→")),
    h("div", { class: "segments" }, button("−", "Zoom out", () => trace.zoom(-1), "-"), speed, button("+", "Zoom in", () => trace.zoom(1), "+")),
    gain, leads, device, measure);

  document.addEventListener("click", (e) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(e.target)) menu.open = false;
  });

  return {
    el,
    show(state) {
      live.setAttribute("aria-pressed", state.live);
      strip.setAttribute("aria-pressed", !state.live);
      measure.setAttribute("aria-pressed", state.measuring);
      speed.textContent = `${state.speed} mm/s`;
      gain.value = String(state.gain);
      chosen.textContent = state.shown.length ? `Leads: ${state.shown.join(", ")}` : "Leads";
      device.hidden = state.devices.length < 2;
      if (!device.hidden && device.options.length !== state.devices.length) {
        fill(device, state.devices.map((d) => h("option", { value: d }, d)));
      }
      const now = `${state.known} ${state.shown}`;
      if (now === known) return;
      known = now;
      const focused = boxes.contains(document.activeElement) ? document.activeElement.value : null;
      fill(boxes, state.known.map((lead) => h("label", {}, h("input", {
        type: "checkbox", value: lead, checked: state.shown.includes(lead),
        onchange: () => trace.set({ leads: [...boxes.querySelectorAll("input:checked")].map((b) => b.value) }),
      }), lead)), state.known.length > 2 && h("button", { type: "button", onclick: () => trace.set({ leads: state.known }) }, "All"));
      if (focused) boxes.querySelector(`input[value="${CSS.escape(focused)}"]`)?.focus();
    },
  };
}
