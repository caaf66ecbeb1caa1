// Announces new high-priority alerts: seen at the top, read out at once.

import { h, fill } from "./dom.js";
import { badge } from "./urgency.js";

// alarm shows what was announced until it is dismissed or settled.
export function alarm(host) {
  const shown = new Map();
  const draw = () => fill(host, [...shown].map(([id, { title, action }]) => h("div", { class: "banner banner-high" },
    badge("high"), h("strong", {}, title), action,
    h("button", { type: "button", onclick: () => settle(id), "aria-label": `Hide: ${title}` }, "Hide"))));
  function settle(id) {
    if (shown.delete(id)) draw();
  }
  return {
    settle,
    announce(id, title, action) {
      shown.set(id, { title, action });
      draw();
    },
  };
}
