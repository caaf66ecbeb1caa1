// The alerts of a patient.

import { h, fill, state } from "./dom.js";
import { get } from "./api.js";
import { badge } from "./urgency.js";
import { inZone, moment, ms } from "./time.js";
import { actions } from "./alert-actions.js";

const order = ["high", "medium", "low"];
const states = { triggered: "Not acknowledged", acknowledged: "Acknowledged", resolved: "Resolved" };
const rank = (a) => (a.state === "resolved" ? 100 : 0) + order.indexOf(a.priority) * 2 + (a.state === "triggered" ? 0 : 1);

// alerts draws into host; on.open(alert) shows its strip, on.changed(list) hears
// of the open ones.
export function alerts(host, patient, on) {
  const known = new Map();
  const all = h("input", { type: "checkbox", onchange: () => load() });
  const list = h("div", { class: "items" });
  fill(host, h("div", { class: "filters" }, h("label", { class: "check" }, all, "Show resolved alerts too")), list);

  function card(a) {
    const notes = [
      a.assignee && `Assigned to ${a.assignee}`,
      a.silenced_until && ms(a.silenced_until) > Date.now() && `Silenced until ${moment(ms(a.silenced_until))}`,
      a.escalated > 1 && `Escalated ${a.escalated - 1} ${a.escalated === 2 ? "time" : "times"}`, // the first telling is none
      a.held_by && "Held back by a technical alert",
    ].filter(Boolean);
    return h("article", { class: `item alert alert-${a.state === "resolved" ? "none" : a.priority}`, "data-alert": a.id, "aria-label": `${a.priority} priority: ${a.title}` },
      h("div", { class: "item-head" }, badge(a.priority), h("h3", {}, a.title)),
      h("p", {}, inZone(a.message)),
      h("p", { class: "muted facts-line" },
        h("b", { class: `alert-${a.state}` }, states[a.state] ?? a.state), h("span", {}, a.class), h("span", {}, `since ${moment(ms(a.start))}`),
        a.how_sure && h("span", {}, a.how_sure), notes.map((n) => h("span", {}, n))),
      h("div", { class: "acts" },
        actions(patient, a, on.open)),
      h("details", { class: "said", open: opened.has(a.id), ontoggle: (e) => opened[e.target.open ? "add" : "delete"](a.id) },
        h("summary", {}, `History (${a.history?.length ?? 0})`),
        h("ol", { class: "history" }, (a.history ?? []).map((c) => h("li", {}, `${moment(ms(c.at))} ${c.what} by ${c.by}${c.why ? `: ${c.why}` : ""}`)))));
  }
  const opened = new Set();

  function draw() {
    const shown = [...known.values()].filter((a) => all.checked || a.state !== "resolved").sort((a, b) => rank(a) - rank(b) || ms(b.start) - ms(a.start));
    const at = document.activeElement?.closest?.("[data-alert]"), focused = at && [at.dataset.alert, document.activeElement.textContent];
    fill(list, shown.length ? shown.map(card) : state("No open alerts.", "New ones appear here by themselves."));
    if (focused) [...list.querySelectorAll(`[data-alert="${CSS.escape(focused[0])}"] :is(button, summary)`)].find((b) => b.textContent === focused[1])?.focus();
    on.changed([...known.values()].filter((a) => a.state !== "resolved"));
  }

  async function load() {
    try {
      const answer = await get("/v1/alerts", { patient, state: all.checked ? "all" : "open" });
      known.clear();
      for (const a of answer.alerts) known.set(a.id, a);
      draw();
    } catch (trouble) {
      fill(list, state(trouble.message, trouble.remedy, { label: "Try again", run: load }));
    }
  }

  fill(list, h("p", { class: "state" }, "Loading the alerts…"));
  load();
  return {
    load,
    // take notes an alert as it is now; true when it is a new one that nobody has seen.
    take(a) {
      const fresh = !known.has(a.id) && a.state === "triggered";
      known.set(a.id, a);
      draw();
      return fresh;
    },
  };
}
