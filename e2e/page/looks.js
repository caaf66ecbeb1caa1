import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { browser, desktop, phone, serve, shots, visit } from "./harness.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Every page at every size in every theme: a picture for people's eyes, axe-core
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

  async function check(page) {
    // axe through the debugger: the content security policy lets no script in.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join(" | ")}`), []);
    const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(wide <= screen, `${wide} px wide on a screen of ${screen}`);
    assert.deepEqual(page.faults, []);
  }

  for (const [size, options] of [["desktop", desktop], ["phone", phone]]) {
    for (const colorScheme of ["light", "dark"]) {
      test(`at ${size} size, ${colorScheme}`, async (t) => {
        const page = await visit(browser, server.url, { ...options, colorScheme, reviewer: "Reviewer One" });
        for (const [name, go] of scenes) {
          await t.test(name, async () => {
            await go(page);
            await page.waitForTimeout(300);
            await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`), fullPage: size === "phone" && name !== "dialog" });
            await check(page);
          });
        }
        await page.context().close();
      });
    }
  }

  test("the theme is switched by hand, and stays", async () => {
    const page = await visit(browser, server.url, { colorScheme: "light" });
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
