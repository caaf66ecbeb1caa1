// The period that the timeline and the events are of.

import { h, shape } from "./dom.js";
import { local } from "./time.js";

const hour = 3_600_000;
const lengths = [[hour, "1 h"], [6 * hour, "6 h"], [24 * hour, "24 h"], [168 * hour, "7 days"]];

// period is a control; an end of null is now, as of the last refresh.
export function period(change) {
  let length = 24 * hour, end = null, now = globalThis.early.to;
  const buttons = lengths.map(([n, name]) => h("button", { type: "button", onclick: () => set(n, end) }, name));
  const until = h("input", { type: "datetime-local", "aria-label": "Until", onchange: () => set(length, until.value ? new Date(until.value).getTime() : null) });
  const latest = h("button", { type: "button", onclick: () => set(length, null) }, "Now");
  const later = h("button", { type: "button", "aria-label": "Later", title: "Later", onclick: () => set(length, end + length) }, shape("next"));
  const el = h("div", { class: "tools", role: "group", "aria-label": "Period" }, h("div", { class: "segments" }, buttons),
    h("div", { class: "segments" },
      h("button", { type: "button", "aria-label": "Earlier", title: "Earlier", onclick: () => set(length, self.to - length) }, shape("back")), until, later), latest);

  function set(n, to) {
    length = n;
    end = to !== null && to < Date.now() ? to : null;
    self.refresh();
    show();
    change();
  }
  function show() {
    buttons.forEach((b, i) => b.setAttribute("aria-pressed", lengths[i][0] === length));
    latest.setAttribute("aria-pressed", end === null);
    later.disabled = end === null;
    until.value = local(self.to);
  }
  const self = {
    el,
    get to() { return end ?? now; },
    get from() { return self.to - length; },
    get running() { return end === null; },
    refresh() { now = Date.now(); },
  };
  show();
  return self;
}
