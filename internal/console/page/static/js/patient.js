// The page of one patient: puts its parts together.

import { h, fill, state } from "./dom.js";
import { get, patientPath } from "./api.js";
import { listen } from "./live.js";
import { connection } from "./connection.js";
import { header } from "./header.js";
import { keys } from "./keys.js";
import { alarm } from "./alarm.js";
import { complain } from "./dialog.js";
import { store as newStore } from "./store.js";
import { period as newPeriod } from "./period.js";
import { trace as newTrace } from "./trace.js";
import { timeline as newTimeline } from "./timeline.js";
import { tabs as newTabs } from "./tabs.js";
import { events as newEvents } from "./events.js";
import { review as newReview } from "./review.js";
import { alerts as newAlerts } from "./alerts.js";
import { acknowledge } from "./alert-actions.js";
import { ask as newAsk } from "./ask.js";
import { devices as newDevices } from "./devices.js";
import { person as newPerson } from "./person.js";
import { answerMark, eventMark } from "./marks.js";
import { iso, ms } from "./time.js";

const at = (id) => document.getElementById(id);
const patient = decodeURIComponent(location.pathname.split("/")[2]);
const address = new URLSearchParams(location.search);
document.title = `${patient} – Holter`;

const store = newStore(patient);
const period = newPeriod(() => {
  timeline.load();
  events.load();
});
store.onChange(() => trace.draw());
let kinds = [], answers = [], selected = null;

const person = newPerson(at("person"), patient, period);
const alarms = alarm(at("alarm"));
const connected = connection(at("connection"), () => retry());

const trace = newTrace(at("trace"), patient, {
  marks: (from, to) => [...store.within(from, to).map((e) => eventMark(e, e.id === selected)), ...answers],
  view: (t) => {
    timeline.redraw();
    if (!t.live) store.around(t.from, t.to).catch(complain);
  },
  pick: (time) => {
    const hit = store.within(time, time)[0];
    if (hit) choose(hit, false);
  },
});
const reviewed = h("div", { class: "review", role: "region", "aria-label": "Event" });
at("trace").append(reviewed);

const timeline = newTimeline(at("day"), patient, period, {
  open: (time) => open(time, time),
  name: (code) => kinds.find((k) => k.code === code)?.name,
  view: () => trace.visible(),
});

const tabs = newTabs(at("side"), [{ id: "alerts", name: "Alerts" }, { id: "events", name: "Events" }, { id: "ask", name: "Ask" }, { id: "devices", name: "Devices" }]);
const events = newEvents(tabs.panel("events"), patient, period, store, { select: (e) => choose(e), count: (n) => tabs.count("events", n) });
const review = newReview(reviewed, patient, store, { kinds: () => kinds, move: (step) => events.move(step), close: () => choose(null) });
const alerts = newAlerts(tabs.panel("alerts"), patient, {
  open: (a) => (a.event_ids?.length ? openEvent(a.event_ids.at(-1)) : open(ms(a.start), ms(a.start))),
  changed: (list) => {
    tabs.count("alerts", list.length, list.some((a) => a.priority === "high" && a.state === "triggered"));
    const open = new Map(list.map((a) => [a.id, a]));
    for (const id of announced) if (open.get(id)?.state !== "triggered") alarms.settle(id);
  },
});
const announced = new Set();
const ask = newAsk(tabs.panel("ask"), patient, {
  visible: () => trace.visible(), open,
  spans: (spans) => {
    answers = spans.map(answerMark);
    trace.draw();
  },
});
const devices = newDevices(tabs.panel("devices"));

// remember puts what is shown into the address, so that it can be sent on.
function remember(params) {
  history.replaceState(null, "", `${location.pathname}${new URLSearchParams(params).size ? `?${new URLSearchParams(params)}` : ""}`);
}

function open(from, to) {
  trace.open(from, to);
  remember({ at: iso((from + to) / 2) });
  if (matchMedia("(max-width: 899px)").matches) at("trace").scrollIntoView({ block: "start" });
}

// choose opens an event, its strip too unless one looks at it already.
function choose(e, strip = true) {
  selected = e?.id ?? null;
  events.mark(selected ?? "");
  if (e && strip) open(ms(e.start), ms(e.end));
  if (e) remember({ event: e.id });
  else remember({});
  review.show(e);
  trace.draw();
}

const openEvent = (id) => store.load(id).then((e) => choose(e)).catch(complain);

const standing = () => get(patientPath(patient)).then(person.show).catch(() => {}); // the banner tells of lost connections

function takeAlert(a) {
  standing();
  const fresh = alerts.take(a);
  if (!fresh || a.priority !== "high") return;
  announced.add(a.id);
  alarms.announce(a.id, a.title, [
    h("button", { type: "button", class: "primary", onclick: (e) => acknowledge(patient, a, e.currentTarget) }, "Acknowledge"),
    h("button", { type: "button", onclick: () => tabs.show("alerts") }, "Show")]);
}

function takeDevices(list) {
  devices.show(list);
  tabs.count("devices", devices.troubled);
}

// recent fills the live trace with the last signal there is, however old.
async function recent(p) {
  const last = ms(p.last_signal);
  if (!last) return;
  const { stretches } = await get(patientPath(patient, "/signal"), { from: iso(last - 30_000), to: iso(last + 1000), points: 20_000 });
  for (const s of stretches) trace.signal(s, true);
}

async function begin() {
  get("/v1/kinds").then((answer) => {
    kinds = answer.kinds;
    events.kinds(kinds);
  }).catch(complain);
  try {
    const p = await get(patientPath(patient));
    person.show(p);
    takeDevices(p.devices);
    if (p.open_alerts === 0) tabs.show("events");
    recent(p).catch(() => {}); // there may be none; live signal or the note of the trace says so
  } catch (trouble) {
    if (trouble.status === 404) {
      fill(at("main"), state(trouble.message, trouble.remedy, { label: "All patients", run: () => location.assign("/") }));
      return;
    }
    complain(trouble);
  }
  if (address.has("event")) openEvent(address.get("event"));
  else if (ms(address.get("at"))) open(ms(address.get("at")), ms(address.get("at")));
}

const help = keys({
  j: { run: () => events.move(1), says: "next (earlier) event" },
  k: { run: () => events.move(-1), says: "previous (later) event" },
  c: { run: () => review.decide("confirmed"), says: "confirm the event" },
  x: { run: () => review.decide("rejected"), says: "reject the event" },
  r: { run: () => review.decide("relabelled"), says: "relabel the event" },
  ArrowLeft: { run: () => trace.pan(-0.25), says: "earlier, later" },
  ArrowRight: { run: () => trace.pan(0.25), says: "earlier, later" },
  "+": { run: () => trace.zoom(1), says: "zoom in and out" },
  "=": { run: () => trace.zoom(1) },
  "-": { run: () => trace.zoom(-1), says: "zoom in and out" },
  m: { run: () => trace.measure(), says: "measure with calipers; arrow keys move a handle" },
  l: { run: () => trace.goLive(), says: "follow the live signal" },
  " ": { run: () => (trace.live ? trace.freeze() : trace.goLive()), says: "stop and go on" },
  q: { run: () => { tabs.show("ask"); ask.focus(); }, says: "ask about the strip" },
  Escape: { run: () => choose(null), says: "close the event" },
  "?": { run: () => help(), says: "this list" },
});
header(at("header"), { help, back: true });
begin();

const retry = listen(patientPath(patient, "/live"), {
  signal: (s) => {
    connected.heard();
    trace.signal(s);
    person.heard(ms(s.start));
  },
  event: (e) => {
    store.put([e]);
    events.arrived(e);
  },
  alert: takeAlert,
  device: (d) => takeDevices([d]),
}, {
  ...connected,
  open: (again) => {
    connected.open();
    if (!again) return;
    get(patientPath(patient)).then(recent).catch(() => {});
    period.refresh();
    alerts.load();
    events.load();
    timeline.load();
  },
});
setInterval(() => !document.hidden && standing(), 15_000);
