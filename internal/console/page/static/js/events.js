// The list of events: filtered, page by page, one of them selected.

import { h, fill, state } from "./dom.js";
import { get, patientPath } from "./api.js";
import { codeOf, goesOn, made, reviewState, slot } from "./kinds.js";
import { day, clock, iso, lasting, ms } from "./time.js";

const pageSize = 100;
const verdicts = { open: "", confirmed: "✓ confirmed", rejected: "✗ rejected", relabelled: "→ relabelled" };

// events draws into host; on.select(event) hears of a choice.
export function events(host, patient, period, store, on) {
  const kind = h("select", { "aria-label": "Kind", onchange: filter }, h("option", { value: "" }, "All kinds"));
  const review = h("select", { "aria-label": "Review", onchange: filter },
    [["any", "Any review"], ["open", "Not reviewed"], ["confirmed", "Confirmed"], ["rejected", "Rejected"], ["relabelled", "Relabelled"]]
      .map(([value, text]) => h("option", { value }, text)));
  const list = h("ol", { class: "events" });
  const end = h("div", { class: "list-end" });
  fill(host, h("div", { class: "filters" }, kind, review), list, end);
  let shown = [], next = "", selected = "", asked = 0;

  const fits = (e) => (!kind.value || e.kind === kind.value) && (review.value === "any" || reviewState(e) === review.value);

  function filter() {
    period.refresh();
    load();
  }

  function item(e) {
    const code = codeOf(e), from = ms(e.start);
    return h("li", {}, h("button", { type: "button", class: "event", "data-id": e.id, "aria-current": e.id === selected ? "true" : null, onclick: () => select(e.id) },
      h("span", { class: `code kind-${slot(code)}` }, code),
      h("span", { class: "when" }, clock(from)),
      h("span", { class: "what" }, [day(from) !== day(Date.now()) && day(from), lasting(ms(e.end) - from), made(e), goesOn(e) && "goes on", e.st && `${e.st.peak_uv} µV`].filter(Boolean).join(" · ")),
      h("span", { class: "sure" }, e.confidence ? `${Math.round(e.confidence * 100)} %` : ""),
      h("span", { class: `verdict verdict-${reviewState(e)}` }, verdicts[reviewState(e)])));
  }

  function tail() {
    if (next) fill(end, h("button", { type: "button", onclick: more }, "Show earlier events"));
    else if (!shown.length) fill(end, state("No events here.", kind.value || review.value !== "any" ? "Widen the filter or the period." : "Nothing was found in this period. Choose another above."));
    else fill(end, h("p", { class: "muted" }, `${shown.length} events`));
    on.count(next ? `${shown.length}+` : shown.length);
  }

  async function page(after) {
    const answer = await get(patientPath(patient, "/events"),
      { from: iso(period.from), to: iso(period.to), kind: kind.value, review: review.value, limit: pageSize, after });
    store.put(answer.events);
    return answer;
  }

  async function load() {
    const mine = ++asked;
    list.setAttribute("aria-busy", "true");
    if (!shown.length) fill(end, h("p", { class: "state" }, "Loading the events…"));
    try {
      const answer = await page("");
      if (mine !== asked) return;
      shown = answer.events.map((e) => e.id);
      next = answer.next;
      fill(list, answer.events.map(item));
      tail();
    } catch (trouble) {
      if (mine !== asked) return;
      fill(list);
      fill(end, state(trouble.message, trouble.remedy, { label: "Try again", run: load }));
    }
    list.removeAttribute("aria-busy");
  }

  async function more() {
    const mine = asked;
    try {
      const answer = await page(next);
      if (mine !== asked) return;
      const fresh = answer.events.filter((e) => !shown.includes(e.id));
      shown.push(...fresh.map((e) => e.id));
      next = answer.next;
      list.append(...fresh.map(item));
      tail();
    } catch (trouble) {
      fill(end, state(trouble.message, trouble.remedy, { label: "Try again", run: more }));
    }
  }

  const row = (id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`);

  function mark(id) {
    row(selected)?.removeAttribute("aria-current");
    selected = id;
    row(id)?.setAttribute("aria-current", "true");
    row(id)?.scrollIntoView({ block: "nearest" });
  }

  function select(id) {
    mark(id);
    on.select(store.get(id));
  }

  store.onChange((changed) => {
    for (const e of changed) {
      const old = row(e.id);
      if (old) {
        const focused = document.activeElement === old;
        old.parentElement.replaceWith(item(store.get(e.id)));
        if (focused) row(e.id).focus();
      }
    }
  });

  load();
  return {
    load,
    mark,
    // kinds fills the filter.
    kinds(all) { kind.append(...all.map((k) => h("option", { value: k.code }, `${k.code} – ${k.name}`))); },
    // arrived adds an event that has just been found.
    arrived(e) {
      if (!period.running || shown.includes(e.id) || !fits(e)) return;
      shown.unshift(e.id);
      list.prepend(item(e));
      tail();
    },
    // move selects the next (1: earlier) or the previous event.
    async move(step) {
      const at = shown.indexOf(selected) + step;
      if (at >= shown.length && next) await more();
      const id = shown[Math.min(Math.max(at, 0), shown.length - 1)];
      if (id && id !== selected) select(id);
    },
  };
}
