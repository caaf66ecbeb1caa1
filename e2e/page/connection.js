import { describe, test } from "node:test";
import assert from "node:assert/strict";
import { visit } from "../browser.js";
import { serve } from "./harness.js";

describe("a lost connection", () => {
  for (const [path, ready] of [["/", "tbody tr"], ["/patients/p7", ".event, [data-alert]"]]) {
    test(`is told at ${path}, and everything goes on once Holter is back`, async (t) => {
      let server = await serve();
      t.after(() => server.stop());
      const { host } = new URL(server.url);
      const page = await visit(server.url + path);
      await page.waitForSelector(ready);
      await page.live;
      await server.stop();
      await page.getByText("No connection.").waitFor();
      assert.match(await page.textContent("#connection"), /What you see is from \d\d:\d\d:\d\d.*holter up/);
      server = await serve("--addr", host);
      // It may have tried by itself in the meantime.
      await page.evaluate(() => document.querySelector("#connection button")?.click());
      await page.waitForFunction(() => !document.getElementById("connection").textContent);
      await page.waitForSelector(ready);
      await page.context().close();
    });
  }
});
