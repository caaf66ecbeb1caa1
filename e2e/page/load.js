import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { visit } from "../browser.js";
import { serve } from "./harness.js";

describe("a page that opens", () => {
  let server;
  before(async () => { server = await serve(); });
  after(() => server.stop());

  // What is asked early has to be what the modules ask for.
  for (const [path, ready, least] of [["/", "tbody tr", 1], ["/patients/p7", ".event", 5], ["/patients/p7?at=2020-01-01T00:00:00Z", ".u-over", 6]]) {
    test(`asks for everything once at ${path}`, async () => {
      const page = await visit("about:blank");
      const asked = [];
      page.on("request", (r) => r.url().includes("/v1/") && !r.url().endsWith("/live") && asked.push(r.url()));
      await page.goto(server.url + path);
      await page.waitForSelector(ready, { state: "attached" });
      await page.live;
      assert.ok(asked.length >= least, asked.join(" "));
      assert.deepEqual(asked.filter((url, i, all) => all.indexOf(url) !== i), []);
      const days = asked.filter((url) => url.includes("/day?"));
      assert.equal(days.length, path === "/" ? 0 : 1, days.join(" "));
      assert.ok(await page.evaluate(() => globalThis.early.answers.size === 0), "all that was asked early was taken");
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });
  }
});
