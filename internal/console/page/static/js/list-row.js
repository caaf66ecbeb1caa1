// One patient of the list.

import { h } from "./dom.js";
import { badge } from "./urgency.js";
import { ago, ms } from "./time.js";
import { problems } from "./devices.js";

export const head = () => h("thead", {}, h("tr", {},
  ["Urgency", "Patient", "Most urgent alert", "Heart rate", "Last signal", "Analysed", "Devices"].map((name) => h("th", { scope: "col" }, name))));

const cell = (name, cls, ...content) => h("td", { "data-name": name, class: cls }, content);

function alerts(p) {
  if (!p.open_alerts) return h("span", { class: "muted" }, "No open alerts");
  const counts = `${p.open_alerts} open${p.unacknowledged ? `, ${p.unacknowledged} not acknowledged` : ", acknowledged"}`;
  return [h("span", { class: "title" }, p.title), " ", h("span", { class: "muted" }, counts)];
}

function device(d) {
  const wrong = problems(d);
  const battery = d.battery === null || wrong.some((w) => w.startsWith("battery")) ? "" : ` · ${d.battery} %`;
  return h("div", { class: "device" }, h("span", {}, d.id), " ",
    wrong.length ? h("span", { class: "bad" }, `! ${wrong.join(", ")}`)
      : h("span", { class: "muted" }, d.connected === null ? "not known" : "connected"), h("span", { class: "muted" }, battery));
}

// behind is how far the analysis lags the signal.
function behind(p) {
  if (!p.analysed_until) return h("span", { class: "muted" }, "nothing yet");
  const lag = ms(p.last_signal) - ms(p.analysed_until);
  return lag < 120_000 ? "up to date" : h("span", { class: "bad" }, `! ${ago(0, lag).replace(" ago", "")} behind`);
}

export function row(p) {
  return h("tr", { "data-patient": p.id, class: `row row-${p.urgency}` },
    cell("Urgency", "urgency", badge(p.urgency)),
    h("th", { scope: "row" }, h("a", { href: `/patients/${encodeURIComponent(p.id)}` }, p.id)),
    cell("Alert", "alert", alerts(p)),
    cell("Heart rate", "rate", p.heart_rate === null ? h("span", { class: "muted" }, "–") : [h("b", {}, Math.round(p.heart_rate)), " /min"]),
    cell("Last signal", "time", ago(ms(p.last_signal))),
    cell("Analysed", "time", behind(p)),
    cell("Devices", "devices", p.devices.length ? p.devices.map(device) : h("span", { class: "muted" }, "none")));
}
