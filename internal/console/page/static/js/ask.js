// Questions to the model in plain words about one strip or several.

import { h, fill, shape } from "./dom.js";
import { lines, patientPath, post, Trouble } from "./api.js";
import { slot } from "./kinds.js";
import { reviewer } from "./reviewer.js";
import { clockTenths, iso, moment, ms } from "./time.js";

const most = 6; // strips of a question
const suggestions = [
  "Where is the Premature ventricular contraction located in this ECG?",
  "Where is the Atrial premature beat located in this ECG?",
  "Please provide the report for the following ECG.",
];
const comparing = "How do these ECGs differ?";

// ask draws into host. on.visible() gives the strip that is seen, on.spans(spans)
// what an answer has located, on.open(from, to) shows a strip.
export function ask(host, patient, on) {
  let strips = [], conversation = "", busy = null;
  const chosen = h("ul", { class: "chips", "aria-label": "Strips of the question" });
  const log = h("div", { class: "talk", role: "log", "aria-label": "Conversation", tabindex: 0 });
  const text = h("textarea", { rows: 3, id: "question", placeholder: "Where is …?", "aria-describedby": "ask-hint" });
  const send = h("button", { type: "submit", class: "primary" }, "Ask");
  const hints = h("div", { class: "suggestions" });
  const form = h("form", { class: "ask" },
    h("div", { class: "ask-strips" }, chosen,
      h("button", { type: "button", onclick: () => add(on.visible()) }, "Add the visible strip")),
    h("label", { for: "question", class: "hidden" }, "Question"), text,
    h("p", { id: "ask-hint", class: "muted small" }, "The model answers; it can be wrong. Look at the strip."),
    h("div", { class: "acts" }, send, h("button", { type: "button", onclick: restart }, "New conversation")), hints);
  fill(host, log, form);

  const name = (s) => `${moment(s.from)} – ${clockTenths(s.to)}${s.leads?.length ? ` · ${s.leads.join(", ")}` : ""}`;

  function add(strip) {
    if (strips.length >= most || strips.some((s) => s.from === strip.from && s.to === strip.to)) return;
    strips.push(strip);
    conversation = "";
    draw();
  }

  function draw() {
    fill(chosen, strips.length ? strips.map((s, i) => h("li", { class: "chip" },
      h("button", { type: "button", class: "quiet", onclick: () => on.open(s.from, s.to) }, `${i + 1}. ${name(s)}`),
      h("button", { type: "button", class: "quiet", "aria-label": `Leave out strip ${i + 1}`, onclick: () => { strips.splice(i, 1); conversation = ""; draw(); } }, "×")))
      : h("li", { class: "muted" }, "About the visible strip. Add it, go to another time and add that to compare."));
    fill(hints, [...suggestions, ...(strips.length > 1 ? [comparing] : [])].map((q) =>
      h("button", { type: "button", class: "suggestion", onclick: () => { text.value = q; put(); } }, q)));
  }

  function restart() {
    busy?.abort();
    strips = [];
    conversation = "";
    fill(log);
    on.spans([]);
    draw();
  }

  async function put() {
    const question = text.value.trim();
    if (!question || busy) return;
    if (!conversation && !strips.length) strips = [on.visible()];
    draw();
    const asked = [...strips];
    const answer = h("p", { class: "answer", "aria-busy": "true" }, "…");
    log.append(h("div", { class: "turn" }, h("p", { class: "question" }, question), answer));
    log.scrollTop = log.scrollHeight;
    text.value = "";
    busy = new AbortController();
    send.disabled = true;
    try {
      let said = "";
      for await (const line of lines(await post(patientPath(patient, "/questions"), {
        question, by: reviewer(), conversation,
        strips: asked.map((s) => ({ from: iso(s.from), to: iso(s.to), leads: s.leads, device: s.device || undefined })),
      }, busy.signal))) {
        if (line.error) throw new Trouble(line.error, line.remedy);
        if (line.text) answer.textContent = said += line.text;
        if (line.done) finish(answer, line);
        log.scrollTop = log.scrollHeight;
      }
    } catch (e) {
      if (e.name !== "AbortError") fill(answer, h("span", { class: "bad" }, `! ${e.message} `), e.remedy ?? "Ask again.");
    }
    answer.removeAttribute("aria-busy");
    busy = null;
    send.disabled = false;
  }

  function finish(answer, line) {
    conversation = line.conversation ?? "";
    const spans = line.spans ?? [];
    fill(answer, line.answer, h("span", { class: "muted small" }, line.confidence ? ` confidence ${Math.round(line.confidence * 100)} % ·` : "", ` ${line.model ?? ""}`));
    if (spans.length) {
      answer.after(h("ul", { class: "chips" }, spans.map((s) => h("li", {}, h("button", { type: "button", class: "span-button", onclick: () => on.open(ms(s.from), ms(s.to)) },
        h("span", { class: `code kind-${slot(s.kind)}` }, s.kind), ` ${clockTenths(ms(s.from))} – ${clockTenths(ms(s.to))} `, shape("next"))))));
    }
    const left = (line.left_out ?? []).map((s) => `${strips.length > 1 ? `strip ${s.strip + 1}, ` : ""}${clockTenths(ms(s.from))} – ${clockTenths(ms(s.to))}`);
    if (left.length) answer.after(h("p", { class: "left-out small" }, `! The model was not shown ${left.join("; ")}`));
    on.spans(spans);
  }

  form.addEventListener("submit", (e) => {
    e.preventDefault();
    put();
  });
  text.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    put();
  });
  draw();
  return { focus: () => text.focus() };
}
