import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { desktop, phone, settled, shots, visit } from "../browser.js";
import { serve } from "./harness.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Every page at both sizes and in both themes: a picture for people's eyes, axe-core
// for those who do not see it, and nothing wider than the screen.
describe("looks", () => {
  let server;
  before(async () => { server = await serve(); });
  after(() => server.stop());

  // What follows a page's first look is reached from it.
  const scenes = [
    ["list", async (page) => {
      await page.goto(server.url);
      await page.waitForSelector("tbody tr");
    }],
    ["live", async (page) => {
      await page.goto(`${server.url}/patients/p7`);
      await page.waitForFunction(() => document.querySelector("canvas").getAttribute("aria-label").includes("II, V1") && document.querySelector(".u-over"));
    }],
    ["dialog", async (page) => {
      await page.getByRole("button", { name: "Silence…" }).first().click();
      await page.waitForSelector("dialog");
    }],
    ["event", async (page) => {
      await page.keyboard.press("Escape");
      await page.click("#tab-events");
      await page.locator(".event").nth(3).click();
      await page.keyboard.press("m");
      await page.waitForSelector(".caliper-readout");
    }],
    ["ask", async (page) => {
      await page.click("#tab-ask");
      await page.locator(".suggestion").first().click();
      await page.getByText("confidence 93 %").waitFor();
    }],
    ["devices", async (page) => {
      await page.goto(`${server.url}/patients/p12`);
      await page.click("#tab-devices");
    }],
  ];

  const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

  // accessible runs axe-core: of the second theme only the colours are news.
  async function accessible(page, runOnly) {
    const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ["violations"] }), runOnly);
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join(" | ")}`), []);
  }

  for (const [size, options] of [["desktop", desktop], ["phone", phone]]) {
    test(`at ${size} size`, async (t) => {
      const page = await visit(server.url, { ...options, colorScheme: "light", reviewer: "Reviewer One" });
      for (const [name, go] of scenes) {
        await t.test(name, async () => {
          await go(page);
          await page.evaluate(axe); // through the debugger: the content security policy lets no script in
          for (const [colorScheme, rules] of [["light", standards], ["dark", { type: "rule", values: ["color-contrast"] }]]) {
            await page.emulateMedia({ colorScheme });
            await settled(page);
            await page.screenshot({ path: join(shots, `page-${name}-${size}-${colorScheme}.png`), fullPage: size === "phone" && name !== "dialog" });
            await accessible(page, rules);
          }
          await page.emulateMedia({ colorScheme: "light" });
          const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
          assert.ok(wide <= screen, `${wide} px wide on a screen of ${screen}`);
          assert.deepEqual(page.faults, []);
        });
      }
      await page.context().close();
    });
  }

  test("the theme is switched by hand, and stays", async () => {
    const page = await visit(server.url, { colorScheme: "light" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: "Theme: auto" }).click();
    assert.equal(await ground(), light);
    await page.getByRole("button", { name: "Theme: light" }).click();
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    assert.equal(await ground(), dark);
    await page.context().close();
  });
});
