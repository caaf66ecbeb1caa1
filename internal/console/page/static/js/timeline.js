// The day as plots with one cursor: heart rate, burden, ST and coverage.

/* global uPlot */
import { h, fill, state } from "./dom.js";
import { get, patientPath } from "./api.js";
import { colour, onTheme } from "./palette.js";
import { series } from "./series.js";
import { plots } from "./plots.js";
import { moment, iso } from "./time.js";

// timeline draws into host the period of its control. on.open(at) hears of a
// click, on.view() gives what the trace shows.
export function timeline(host, patient, period, on) {
  const counts = h("p", { class: "counts" });
  const body = h("div", { class: "plots", role: "slider", tabindex: 0, "aria-label": "Time in the day timeline: arrow keys move, Enter opens the strip" });
  fill(host, h("div", { class: "card-head" }, h("h2", {}, "Timeline"), counts, period.el), body);
  let charts = [], readouts = [], cursor = null, asked = 0, span = [0, 1];

  function build(tables) {
    charts.forEach((c) => c.destroy());
    readouts = plots.map(() => h("span", { class: "plot-now" }));
    const frames = plots.map((p, i) => h("figure", { class: "plot" },
      h("figcaption", {}, h("b", {}, p.name), " ", h("span", { class: "muted" }, p.unit), p.legend.map(([cls, text]) => h("span", { class: `legend legend-${cls}` }, text)), readouts[i]),
      h("div", {})));
    fill(body, frames);
    charts = plots.map((p, i) => new uPlot(options(p, i), tables[p.id], frames[i].lastChild));
  }

  function options(p, i) {
    const given = p.options(i === plots.length - 1);
    return {
      ...given, scales: { ...given.scales, x: { time: true, range: () => span } }, // bins of other lengths end elsewhere
      width: width(), height: p.height,
      legend: { show: false },
      cursor: { sync: { key: "day" }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
      hooks: {
        setCursor: [(u) => say(i, u)],
        draw: [shade],
        ready: [(u) => u.over.addEventListener("click", () => u.cursor.left >= 0 && on.open(u.posToVal(u.cursor.left, "x") * 1000))],
      },
    };
  }

  const width = () => Math.max(200, body.clientWidth);

  function say(i, u) {
    const at = u.cursor.idx;
    readouts[i].textContent = at === null || at === undefined ? "" : plots[i].say(u.data, at);
    if (i === 0 && at !== null && at !== undefined) {
      cursor = u.data[0][at];
      body.setAttribute("aria-valuetext", `${moment(cursor * 1000)}: ${plots[0].say(u.data, at) || "nothing recorded"}`);
      body.setAttribute("aria-valuenow", cursor);
    }
  }

  // shade marks what the trace shows now.
  function shade(u) {
    const { from, to } = on.view();
    const left = u.valToPos(from / 1000, "x", true), right = u.valToPos(to / 1000, "x", true);
    if (!(right > u.bbox.left && left < u.bbox.left + u.bbox.width)) return;
    u.ctx.save();
    u.ctx.fillStyle = colour("--accent");
    u.ctx.fillRect(Math.max(left, u.bbox.left), u.bbox.top, Math.max(2 * devicePixelRatio, right - left), u.bbox.height);
    u.ctx.restore();
  }

  body.addEventListener("keydown", (e) => {
    const u = charts[0];
    if (!u) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[e.key];
    if (e.key === "Enter" && cursor) on.open(cursor * 1000);
    if (!step) return;
    e.preventDefault();
    const x = u.data[0];
    const i = Math.min(Math.max((u.cursor.idx ?? x.length - 1) + step, 0), x.length - 1);
    u.setCursor({ left: u.valToPos(x[i], "x"), top: 10 });
  });

  async function load() {
    const mine = ++asked, { from, to } = period;
    try {
      const day = await get(patientPath(patient, "/day"), { from: iso(from), to: iso(to) });
      if (mine !== asked) return;
      if (!day.coverage.some((c) => c.recorded)) {
        charts.forEach((c) => c.destroy());
        charts = [];
        fill(counts);
        fill(body, state("Nothing was recorded in this period.", "Choose a longer or an earlier one."));
        return;
      }
      const tables = series(day, from, to);
      span = [from / 1000, to / 1000];
      fill(counts, Object.entries(day.counts).filter(([, n]) => n).map(([kind, n]) => h("span", { title: on.name(kind) }, h("b", {}, kind), ` ${n.toLocaleString("en")}`)));
      body.setAttribute("aria-valuemin", tables.rate[0][0]);
      body.setAttribute("aria-valuemax", tables.rate[0].at(-1));
      if (charts.length) charts.forEach((c, i) => c.setData(tables[plots[i].id]));
      else build(tables);
    } catch (trouble) {
      if (mine === asked && !charts.length) fill(body, state(trouble.message, trouble.remedy, { label: "Try again", run: load }));
    }
  }

  new ResizeObserver(() => charts.forEach((c, i) => c.width !== width() && c.setSize({ width: width(), height: plots[i].height }))).observe(body);
  const redraw = () => charts.forEach((c) => c.redraw(false, true));
  onTheme(redraw);
  setInterval(() => {
    if (!period.running || document.hidden) return;
    period.refresh();
    load();
  }, 60_000);
  fill(body, h("p", { class: "state" }, "Loading the timeline…"));
  body.setAttribute("aria-valuenow", 0);
  load();
  return { load, redraw };
}
