// The keyboard of reviewers.

import { h } from "./dom.js";
import { show } from "./dialog.js";

const typing = (el) => el.closest("input, textarea, select, dialog, [contenteditable]");

// keys calls actions[key].run. An action is {run, says}; those with the same
// words stand in one line of the help.
export function keys(actions) {
  addEventListener("keydown", (e) => {
    const action = actions[e.key];
    if (!action || e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || e.defaultPrevented) return;
    if (e.key === " " && e.target.closest("button, summary, a")) return;
    if (e.key.startsWith("Arrow") && e.target.closest("[role=slider], [role=tab]")) return;
    e.preventDefault();
    action.run();
  });
  return () => help(actions);
}

const names = { ArrowLeft: "←", ArrowRight: "→", " ": "space", Escape: "Esc" };

function help(actions) {
  const rows = new Map();
  for (const [key, { says }] of Object.entries(actions)) {
    if (says) rows.set(says, [...(rows.get(says) ?? []), names[key] ?? key]);
  }
  show("Keys", h("dl", { class: "keys" }, [...rows].map(([says, list]) =>
    [h("dt", {}, list.map((k) => [h("kbd", {}, k), " "])), h("dd", {}, says)])));
}
