// What a person decides on an alert.

import { h } from "./dom.js";
import { patientPath, post } from "./api.js";
import { ask, complain, toast } from "./dialog.js";
import { reviewer, who } from "./reviewer.js";
import { iso } from "./time.js";

const why = (required) => ({ name: "why", label: required ? "Reason" : "Reason (optional)", required, rows: 2 });
const minutes = [["15", "15 minutes"], ["60", "1 hour"], ["240", "4 hours"], ["480", "8 hours"], ["1440", "1 day"]];

const list = [
  { what: "acknowledge", name: "Acknowledge", when: (a) => a.state === "triggered", primary: true },
  { what: "strip", name: "Show strip" },
  { what: "assign", name: "Assign…", form: () => ({ title: "Who sees to it?", submit: "Assign", fields: [{ name: "assignee", label: "Person", value: reviewer(), required: true }, why(false)] }) },
  { what: "silence", name: "Silence…", form: () => ({ title: "Silence this alert", text: "Nobody is notified of it until then; it stays here.", submit: "Silence", fields: [{ name: "minutes", label: "For", options: minutes, value: "60" }, why(true)] }) },
  { what: "escalate", name: "Escalate…", not: (a) => a.without_policy && "Its rule has no policy that says whom to tell: add one to the file of alert rules.", form: () => ({ title: "Tell the next people now?", submit: "Escalate", fields: [why(false)] }) },
  { what: "note", name: "Note…", form: () => ({ title: "Note", submit: "Keep", fields: [{ name: "why", label: "Note", required: true, rows: 3 }] }) },
  { what: "resolve", name: "Resolve…", form: () => ({ title: "Resolve this alert?", text: "It is over; if it happens again, there is a new one.", submit: "Resolve", fields: [why(false)] }) },
];

// actions are the buttons of an alert; show opens its strip.
export function actions(patient, a, show) {
  return list.filter((act) => act.what === "strip" || (a.state !== "resolved" && (!act.when || act.when(a)))).map((act) =>
    h("button", {
      type: "button", class: act.primary && a.priority !== "low" ? "primary" : null,
      disabled: Boolean(act.not?.(a)), title: act.not?.(a) || null,
      onclick: (e) => (act.what === "strip" ? show(a) : run(patient, a, act, e.currentTarget)),
    }, act.name));
}

async function run(patient, a, act, button) {
  const said = act.form ? await ask(act.form()) : {};
  if (!said) return;
  const by = await who();
  if (!by) return;
  const { minutes: n, ...body } = said;
  if (n) body.until = iso(Date.now() + Number(n) * 60_000);
  button.disabled = true;
  try {
    await post(patientPath(patient, `/alerts/${encodeURIComponent(a.id)}/${act.what}`), { by, ...body });
    toast(`Sent: ${act.what}.`, "It shows here once the alerter has carried it out.");
  } catch (trouble) {
    complain(trouble);
  }
  button.disabled = false;
}

// acknowledge is for the banner of a new alert.
export const acknowledge = (patient, a, button) => run(patient, a, list[0], button);
