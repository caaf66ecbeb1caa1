// The technical state of devices.

import { h, fill, state } from "./dom.js";
import { ago, moment, ms } from "./time.js";

// problems are what is wrong with a device, in words.
export function problems(d) {
  const list = [];
  if (d.connected === false) list.push("offline");
  if (d.leads_off?.length) list.push(`${d.leads_off.join(", ")} off`);
  if (d.battery !== null && d.battery <= 15) list.push(`battery ${d.battery} %`);
  if (d.noisy) list.push("noisy");
  if (Math.abs(d.clock_off_ms ?? 0) > 2000) list.push("clock off");
  return list;
}

const clockOff = (n) => (n === null || n === undefined ? "not known" : `${n > 0 ? "+" : n < 0 ? "−" : ""}${Math.abs(n)} ms`);
const word = (bad, text) => h("span", { class: bad ? "bad" : "" }, bad ? "! " : "", text);

function card(d) {
  const battery = d.battery ?? null;
  const rows = [
    ["Connection", d.connected === null ? "not known" : word(!d.connected, d.connected ? "connected" : "offline")],
    ["Last heard", d.last_heard ? `${moment(ms(d.last_heard))} (${ago(ms(d.last_heard))})` : "never"],
    ["Battery", battery === null ? "not known" : [h("meter", { min: 0, max: 100, low: 15, value: battery, "aria-label": `Battery of ${d.id}` }), " ", word(battery <= 15, `${battery} %`)]],
    ["Leads", word(d.leads_off?.length > 0, d.leads_off?.length ? `${d.leads_off.join(", ")} without contact` : "all in contact")],
    ["Signal", word(d.noisy, d.noisy ? "noisy" : "clean")],
    ["Clock", word(Math.abs(d.clock_off_ms ?? 0) > 2000, clockOff(d.clock_off_ms))],
  ];
  return h("article", { class: "item" }, h("h3", {}, d.id),
    h("dl", { class: "facts" }, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

// devices is the panel; show draws what a patient's devices tell.
export function devices(host) {
  const known = new Map();
  const draw = () => fill(host, known.size ? [...known.values()].map(card)
    : state("No device has been heard of.", "Give this patient a device in the registry, or play a recording: holter replay --help."));
  setInterval(draw, 10_000);
  return {
    show(list) {
      for (const d of list) known.set(d.id, d);
      draw();
    },
    get troubled() { return [...known.values()].filter((d) => problems(d).length).length; },
  };
}
