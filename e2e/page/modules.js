import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { visit } from "../browser.js";
import { serve } from "./harness.js";

// What is easier to prove apart from the page, in the browser that runs it.
describe("modules", () => {
  let server, page;
  before(async () => {
    server = await serve("--empty");
    page = await visit(server.url);
  });
  after(async () => {
    await page.context().close();
    await server.stop();
  });

  test("a tape joins stretches, knows gaps, and keeps no more than it should", async () => {
    const got = await page.evaluate(async () => {
      const { Tape } = await import("/static/js/tape.js");
      const tape = new Tape(5000);
      const add = (start, ...uv) => tape.add({ device: "d", start: new Date(start).toISOString(), rate: 2, leads: ["II"], uv: [uv] });
      add(1000, 1, 2);
      add(2000, 3, null);
      add(2000, 3, null); // again
      add(4000, 5, 6);
      const early = [tape.covers(1000, 3000), tape.covers(1000, 5000), tape.at("II", 2000), tape.at("II", 2500), tape.at("II", 3500), tape.chunks.length];
      add(9000, 7);
      return { early, left: tape.chunks.map((c) => c.start), leads: tape.leads(), last: tape.last };
    });
    assert.deepEqual(got, { early: [true, false, 3, null, null, 3], left: [4000, 9000], leads: ["II"], last: 9500 });
  });

  test("the playhead runs evenly, catches up, and never runs past what is known", async () => {
    const got = await page.evaluate(async () => {
      const { Playhead } = await import("/static/js/playhead.js");
      const head = new Playhead();
      let newest = 100_000, past = 0;
      const steps = [];
      for (let t = 0; t < 30_000; t += 20) {
        if (t % 1000 === 0) {
          newest += 1000;
          head.heard(1000);
        }
        const before = head.at;
        head.move(newest, 20);
        if (head.at > newest) past++;
        if (t > 20_000) steps.push(head.at - before);
      }
      head.move(newest + 600_000, 20);
      return { past, least: Math.min(...steps), most: Math.max(...steps), jumped: newest + 600_000 - head.at };
    });
    assert.equal(got.past, 0);
    assert.ok(got.least > 5 && got.most < 40, `from ${got.least} to ${got.most} ms in 20 ms`);
    assert.ok(got.jumped <= 1500, `${got.jumped} ms behind after a leap`);
  });

  test("the timeline's columns have gaps where nothing was recorded, and shares of the beats", async () => {
    const got = await page.evaluate(async () => {
      const { series } = await import("/static/js/series.js");
      const at = (minute) => new Date(minute * 60_000).toISOString();
      return series({
        bin_seconds: 60,
        heart_rate: [{ at: at(0), mean: 60, min: 55, max: 70 }, { at: at(2), mean: 62, min: 58, max: 71 }],
        burden: [{ at: at(0), beats: 60, V: 3, A: 0, af_seconds: 30 }, { at: at(2), beats: 40, V: 1, A: 5, af_seconds: 0 }],
        st: [], coverage: [{ at: at(0), recorded: 1, analysed: 0.5 }],
      }, 0, 180_000);
    });
    assert.deepEqual(got.rate, [[0, 60, 120], [60, null, 62], [55, null, 58], [70, null, 71]]);
    assert.deepEqual(got.burden, [[0], [4], [5], [25], [100]]);
    assert.deepEqual(got.coverage[2], [50, null, null]);
  });

  test("calipers give ms, a rate and mV", async () => {
    const got = await page.evaluate(async () => {
      const { measure } = await import("/static/js/calipers.js");
      return [measure(-800, 100, 1350, "II"), measure(40, null, 5, "V1")];
    });
    assert.deepEqual(got, [[[800, "ms"], [75, "/min"], ["+1.25", "mV in II"]], [[40, "ms"], ["–", "/min"], ["–", "mV in V1"]]]);
  });

  test("an event says in words what its beats make, and that it goes on where that is known", async () => {
    const got = await page.evaluate(async () => {
      const { goesOn, label, made } = await import("/static/js/kinds.js");
      const pattern = (kind, beats, rate) => made({ beats, pattern: { kind, beats, rate } });
      const now = Date.now(), open = (beats, ago) => goesOn({ open: true, beats, end: new Date(now - ago).toISOString() }, now);
      return {
        made: [pattern("single", 1, 0), pattern("couplet", 2, 120), pattern("triplet", 3, 130), pattern("run", 5, 155.6), pattern("bigeminy", 9, 80), pattern("trigeminy", 9, 80),
          made({ beats: 3, pattern: null }), made({ beats: 1, pattern: null }), made({ beats: 0, pattern: null })],
        labels: [label({ kind: "V", beats: 2, pattern: { kind: "couplet", beats: 2, rate: 99 }, review: { verdict: "relabelled", kind: "A" } }), label({ kind: "AFIB", beats: 0, pattern: null })],
        open: [open(1, 5000), open(0, 5000), open(0, 3600_000), goesOn({ open: false, beats: 0, end: new Date(now).toISOString() }, now)],
      };
    });
    assert.deepEqual(got.made, ["", "couplet", "triplet", "run of 5 at 156/min", "bigeminy", "trigeminy", "3 beats", "", ""]);
    assert.deepEqual(got.labels, ["V couplet → A", "AFIB"]);
    assert.deepEqual(got.open, [false, true, false, false]);
  });
});
