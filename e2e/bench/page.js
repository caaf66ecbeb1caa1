// How long a reader waits on a day with 100,000 events: in a Chromium, on an
// InfluxDB. Every visit is a cold one, by a browser that has never been here. It fails
// where something is not shown, never on a time.
//
// BENCH_EVENTS and BENCH_VISITS say how many.

import { loadavg } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { desktop, phone, settled, shots, visit } from "../browser.js";
import { serve } from "./console.js";
import { knowing, processor, requests, since, table, when } from "./measure.js";

const visits = Number(process.env.BENCH_VISITS ?? 7);

// The page is interactive once the list of events and the timeline are drawn: from
// then on `j` opens a strip, which is measured next.
const shown = {
  list: () => document.querySelector("tbody tr a") !== null,
  events: () => document.querySelectorAll(".event").length >= 100,
  timeline: () => document.querySelectorAll(".plot canvas").length === 4 && document.querySelector(".counts b") !== null,
  trace: () => document.querySelector(".sheet-note")?.textContent === "" && /II/.test(document.querySelector(".sheet canvas").getAttribute("aria-label")),
  strip: () => document.querySelector('.event[aria-current="true"]') !== null && document.querySelector(".review h2") !== null &&
    /^Strip .* at /.test(document.querySelector(".sheet canvas").getAttribute("aria-label")) && document.querySelector(".sheet-note").textContent === "",
  earlier: () => document.querySelectorAll(".event").length >= 200,
  kind: () => {
    const codes = [...document.querySelectorAll(".event .code")].map((c) => c.textContent);
    return codes.length >= 100 && codes.every((c) => c === "V");
  },
  period: () => {
    const [from, to] = ["min", "max"].map((end) => Number(document.querySelector(".plots").getAttribute(`aria-value${end}`)));
    return document.querySelector("[aria-busy]") === null && to - from <= 3600;
  },
};

describe("a day with very many events", () => {
  let server;
  const times = {}, asked = {}, spent = {};
  const note = (into, name, value) => (into[name] ??= []).push(value);
  before(async () => { server = await serve(Number(process.env.BENCH_EVENTS ?? 100_000)); });
  after(() => server.stop());

  test("is quick", async () => {
    const load = loadavg()[0];
    for (let i = 0; i < visits; i++) {
      const list = await visit(server.list, { script: knowing(shown) });
      note(times, "list of patients", await when(list, "list"));
      assert.deepEqual(list.faults, []);
      await list.context().close();

      const before = processor();
      const page = await visit(server.patient, { script: knowing(shown) });
      const [events, timeline, trace] = await Promise.all(["events", "timeline", "trace"].map((name) => when(page, name)));
      note(times, "patient: live trace", trace);
      note(times, "patient: list of events", events);
      note(times, "patient: timeline", timeline);
      note(times, "patient: interactive", Math.max(events, timeline));
      for (const [name, took] of Object.entries(processor())) note(spent, name, took - (before[name] ?? 0));
      for (const [name, took] of await requests(page)) note(asked, name, took);
      note(times, "j: the first strip", await since(page, () => page.keyboard.press("j"), "strip"));
      note(times, "j: the next strip", await since(page, () => page.keyboard.press("j"), "strip"));
      note(times, "earlier events", await since(page, () => page.getByText("Show earlier events").click(), "earlier"));
      note(times, "events of a kind", await since(page, () => page.selectOption('[aria-label="Kind"]', "V"), "kind"));
      note(times, "another period", await since(page, () => page.getByRole("button", { name: "1 h", exact: true }).click(), "period"));
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
    console.log(`\n${server.events} events, ${visits} cold visits, load of the machine ${load.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after\n`);
    console.log(table("ms until it is shown", times));
    console.log(table("ms until the server answers", asked));
    console.log(table("ms of a processor until then", spent));
  });

  for (const [size, options] of [["desktop", desktop], ["phone", phone]]) {
    test(`at ${size} size`, async () => {
      const page = await visit(server.patient, { ...options, script: knowing(shown) });
      await Promise.all(["events", "timeline", "trace"].map((name) => when(page, name)));
      await page.keyboard.press("j");
      await when(page, "strip");
      await settled(page);
      await page.screenshot({ path: join(shots, `busy-${size}.png`), fullPage: true });
      await page.context().close();
    });
  }
});
