// The page of all patients.

import { h, fill, state } from "./dom.js";
import { get } from "./api.js";
import { listen } from "./live.js";
import { connection } from "./connection.js";
import { header } from "./header.js";
import { keys } from "./keys.js";
import { alarm } from "./alarm.js";
import { row, head } from "./list-row.js";

const host = document.getElementById("patients");
const totals = document.getElementById("totals");
const search = document.getElementById("search");
const alarms = alarm(document.getElementById("alarm"));
const connected = connection(document.getElementById("connection"), () => retry());

let patients = null;
const alarmed = new Map(); // patient: unacknowledged alerts, to notice a new one

const matches = (p) => {
  const text = [p.id, p.title, ...p.devices.map((d) => d.id)].join(" ").toLowerCase();
  return search.value.toLowerCase().split(/\s+/).every((word) => text.includes(word));
};

function draw() {
  if (!patients) return;
  const shown = patients.filter(matches);
  const n = (u) => patients.filter((p) => p.urgency === u).length;
  totals.textContent = `${patients.length} · ${n("high")} high · ${n("medium")} medium · ${n("low")} low`;
  if (!patients.length) {
    fill(host, state("No patients yet.", "They appear with their first signal. Play a recording to see one: bin/holter replay mitdb/119 --speed max"));
  } else if (!shown.length) {
    fill(host, state(`None of ${patients.length} patients matches.`, "Change or clear the filter.", {
      label: "Clear the filter", run: () => { search.value = ""; draw(); search.focus(); },
    }));
  } else {
    const focused = document.activeElement?.closest?.("[data-patient]")?.dataset.patient;
    fill(host, h("table", { class: "patients" }, head(), h("tbody", {}, shown.map(row))));
    if (focused) host.querySelector(`[data-patient="${CSS.escape(focused)}"] a`)?.focus();
  }
}

function take(list) {
  for (const p of list.patients) {
    const before = alarmed.get(p.id);
    if (p.urgency === "high" && before !== undefined && p.unacknowledged > before) {
      alarms.announce(p.id, `${p.id}: ${p.title}`, h("a", { class: "button", href: `/patients/${encodeURIComponent(p.id)}` }, "Open"));
    }
    if (!p.unacknowledged) alarms.settle(p.id);
    alarmed.set(p.id, p.unacknowledged);
  }
  patients = list.patients;
  connected.heard();
  draw();
}

async function load() {
  try {
    take(await get("/v1/patients"));
  } catch (trouble) {
    if (!patients) fill(host, state(trouble.message, trouble.remedy, { label: "Try again", run: load }));
  }
}

// move goes to the next or previous patient.
function move(step) {
  const links = [...host.querySelectorAll("tbody a")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}

const help = keys({
  j: { run: () => move(1), says: "next patient" },
  k: { run: () => move(-1), says: "previous patient" },
  "/": { run: () => search.focus(), says: "filter the patients" },
  "?": { run: () => help(), says: "this list" },
});
header(document.getElementById("header"), { help });
search.addEventListener("input", draw);
setInterval(draw, 5000); // how long ago things were
load();
const retry = listen("/v1/live", { patients: take }, connected);
