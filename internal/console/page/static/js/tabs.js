// Tabs with the keys of the ARIA pattern.

import { h, fill } from "./dom.js";

// tabs shows panels {id, name} one at a time; panel(id) is where one draws.
export function tabs(host, list) {
  const heads = new Map(), bodies = new Map();
  for (const { id, name } of list) {
    heads.set(id, h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, onclick: () => self.show(id) },
      name, " ", h("span", { class: "count", hidden: true })));
    bodies.set(id, h("div", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, class: "panel", tabindex: 0 }));
  }
  const bar = h("div", { role: "tablist", class: "tablist", "aria-label": "Panels" }, [...heads.values()]);
  bar.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (!step) return;
    const ids = [...heads.keys()];
    const next = ids[(ids.indexOf(self.current) + step + ids.length) % ids.length];
    self.show(next);
    heads.get(next).focus();
    e.preventDefault();
  });
  fill(host, bar, [...bodies.values()]);

  const self = {
    current: list[0].id,
    panel: (id) => bodies.get(id),
    show(id) {
      self.current = id;
      for (const [key, head] of heads) {
        head.setAttribute("aria-selected", key === id);
        head.tabIndex = key === id ? 0 : -1;
        bodies.get(key).hidden = key !== id;
      }
    },
    // count says how many there are, and whether that is urgent.
    count(id, n, urgent = false) {
      const el = heads.get(id).querySelector(".count");
      el.hidden = !n;
      el.textContent = n;
      el.classList.toggle("count-urgent", urgent);
    },
  };
  self.show(self.current);
  return self;
}
