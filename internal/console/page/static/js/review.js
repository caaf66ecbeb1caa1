// One event: what the model said, and what reviewers decide about it.

import { h, fill, shape } from "./dom.js";
import { patientPath, post } from "./api.js";
import { ask, complain, toast } from "./dialog.js";
import { who } from "./reviewer.js";
import { codeOf, goesOn, made, slot } from "./kinds.js";
import { clockTenths, lasting, moment, ms } from "./time.js";

const done = { confirmed: "Confirmed", rejected: "Rejected", relabelled: "Relabelled" };

// review draws into host; move(step) goes to a neighbour, close() ends it.
export function review(host, patient, store, { kinds, move, close }) {
  let id = null;
  const event = () => store.get(id);

  function draw() {
    const e = event();
    host.hidden = !e;
    if (!e) return fill(host);
    const button = (text, key, run, pressed) => h("button", { type: "button", onclick: run, "aria-pressed": pressed, "aria-keyshortcuts": key }, text, " ", h("kbd", {}, key));
    const verdict = e.review?.verdict;
    return fill(host,
      h("div", { class: "review-head" }, h("span", { class: `code kind-${slot(codeOf(e))}` }, codeOf(e)), h("h2", {}, e.name),
        h("span", { class: "grow" }),
        h("button", { type: "button", class: "quiet", "aria-label": "Previous event", title: "Previous event (k)", onclick: () => move(-1) }, shape("back")),
        h("button", { type: "button", class: "quiet", "aria-label": "Next event", title: "Next event (j)", onclick: () => move(1) }, shape("next")),
        h("button", { type: "button", class: "quiet", title: "Close the event (Esc)", onclick: close }, "Close")),
      h("p", { class: "review-facts" }, facts(e).map((f) => h("span", {}, f))),
      h("div", { class: "review-acts" },
        button("Confirm", "c", () => self.decide("confirmed"), verdict === "confirmed"),
        button("Reject", "x", () => self.decide("rejected"), verdict === "rejected"),
        button("Relabel…", "r", () => self.decide("relabelled"), verdict === "relabelled"),
        h("span", { class: "verdict-now" }, verdict ? said(e.review) : h("span", { class: "muted" }, "Not reviewed"))),
      h("details", { class: "said" }, h("summary", {}, "What the model was asked, and earlier reviews"),
        h("p", {}, h("q", {}, e.question), " → ", h("q", {}, e.answer), h("span", { class: "muted" }, ` ${e.model}`)),
        e.reviews?.length > 0 && h("ol", { class: "history" }, e.reviews.map((r) => h("li", {}, said(r))))));
  }

  const facts = (e) => [
    `${moment(ms(e.start))} – ${clockTenths(ms(e.end))} (${lasting(ms(e.end) - ms(e.start))})`,
    e.beats > 0 && `${e.beats} ${e.beats === 1 ? "beat" : "beats"}`,
    e.pattern && made(e),
    goesOn(e) && "goes on",
    e.confidence > 0 && `confidence ${Math.round(e.confidence * 100)} %`,
    e.st && `peak ${e.st.peak_uv} µV in ${e.st.lead || "no lead"}${e.st.peak_at ? ` at ${clockTenths(ms(e.st.peak_at))}` : ""}, from ${e.st.evidence}`,
    e.device,
  ].filter(Boolean);

  const said = (r) => `${done[r.verdict]}${r.kind ? ` as ${r.kind}` : ""} by ${r.by}, ${moment(ms(r.at))}${r.note ? `: ${r.note}` : ""}`;

  async function relabelling(e) {
    return ask({
      title: "What is it?", submit: "Relabel", fields: [
        { name: "kind", label: "Kind", value: codeOf(e), options: kinds().map((k) => [k.code, `${k.code} – ${k.name}`]) },
        { name: "note", label: "Note (optional)", rows: 2 }],
    });
  }

  const self = {
    get id() { return id; },
    draw,
    async show(e) {
      id = e?.id ?? null;
      draw();
      if (e) await store.load(e.id).catch(complain);
    },
    // decide keeps a verdict, asking for what it needs.
    async decide(verdict) {
      const e = event();
      if (!e) return toast("No event is open.", "Choose one from the list, or press j.");
      const more = verdict === "relabelled" ? await relabelling(e) : {};
      if (!more) return null;
      const by = await who();
      if (!by) return null;
      try {
        const answer = await post(patientPath(patient, `/events/${encodeURIComponent(e.id)}/review`), { verdict, kind: more.kind ?? "", by, note: more.note ?? "" });
        store.put([await answer.json()]);
        store.load(e.id).catch(complain);
        toast(`${done[verdict]}.`);
      } catch (trouble) {
        complain(trouble);
      }
      return null;
    },
  };
  store.onChange((changed) => changed.some((e) => e.id === id) && draw());
  draw();
  return self;
}
