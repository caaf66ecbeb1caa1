// The line that says who the patient is and how it stands, with what can be
// printed or taken along.

import { h, fill } from "./dom.js";
import { patientPath, query } from "./api.js";
import { badge } from "./urgency.js";
import { ago, iso, ms, zone } from "./time.js";

const formats = [
  ["report", "pdf", "Report as PDF"], ["report", "html", "Report as a page"],
  ["export", "wfdb", "Signal and events as WFDB"], ["export", "edf", "Signal and events as EDF+"], ["export", "fhir", "Observations as FHIR"],
];

export function person(host, id, period) {
  const facts = h("p", { class: "person-facts", "aria-live": "off" });
  const menu = h("div", { class: "menu-body menu-list" });
  const take = h("details", { class: "menu", ontoggle: list }, h("summary", { class: "button" }, "Report and export"), menu);
  fill(host, h("h1", {}, h("span", { class: "muted" }, "Patient "), id), facts, h("span", { class: "grow" }), take);
  let now = null;

  function list() {
    period.refresh();
    fill(menu, formats.map(([what, format, text]) => h("a", {
      href: query(patientPath(id, `/${what}`), { from: iso(period.from), to: iso(period.to), zone: what === "report" ? zone : "", format }),
      target: format === "html" ? "_blank" : null, download: format === "html" ? null : "",
    }, text)));
  }

  function draw() {
    if (!now) return;
    const last = ms(now.last_signal), old = !(Date.now() - last < 60_000);
    fill(facts, badge(now.urgency),
      h("span", { class: "rate" }, h("b", {}, now.heart_rate === null ? "–" : Math.round(now.heart_rate)), " /min"),
      h("span", { class: old ? "bad" : "muted" }, now.last_signal ? `${old ? "! " : ""}last signal ${ago(last)}` : "! no signal yet"));
  }
  setInterval(draw, 5000);
  return {
    show(p) {
      now = p;
      draw();
    },
    heard(at) {
      if (now && !(ms(now.last_signal) > at)) now.last_signal = iso(at);
    },
  };
}
