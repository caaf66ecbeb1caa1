import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { phone, visit } from "../browser.js";
import { serve } from "./harness.js";

describe("the trace", () => {
  let server;
  before(async () => { server = await serve(); });
  after(() => server.stop());

  const picture = (page) => page.evaluate(() => document.querySelector(".sheet canvas").toDataURL());
  const range = (page) => page.textContent(".range");
  const settled = (page) => page.waitForFunction(() => document.querySelector(".range").textContent && !document.querySelector(".sheet-note").textContent);

  // lines gives where along a line of pixels the strong lines of the grid are.
  const lines = (page, across) => page.evaluate((across) => {
    const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d"), ratio = devicePixelRatio;
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = "var(--grid-strong)";
    const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g).map(Number);
    probe.remove();
    const along = (data) => {
      const found = [];
      for (let i = 0; i < data.length / 4; i++) {
        if (Math.abs(data[4 * i] - r) + Math.abs(data[4 * i + 1] - g) + Math.abs(data[4 * i + 2] - b) < 8) found.push(i / ratio);
      }
      return found;
    };
    // Of the lines of pixels within a small square, one does not run along a line of the grid.
    const all = [];
    for (let k = 1; k < 4 * ratio; k++) {
      all.push(along(across ? pen.getImageData(0, 24 * ratio + k, canvas.width, 1).data
        : pen.getImageData(canvas.width - 40 * ratio + k, 20 * ratio, 1, canvas.height - 40 * ratio).data));
    }
    return all.sort((a, b) => a.length - b.length)[0];
  }, across);

  for (const [name, options] of [["at one device pixel", {}], ["at two device pixels", phone]]) {
    test(`large squares are 5 mm of 4 px in both directions, ${name}`, async () => {
      const page = await visit(`${server.url}/patients/p9?at=2020-01-01T00:00:00Z`, options);
      await page.waitForFunction(() => document.querySelector(".sheet-note").textContent.includes("no signal of that time"));
      for (const across of [true, false]) {
        const found = await lines(page, across);
        const steps = found.slice(1).map((x, i) => x - found[i]).filter((d) => d > 1);
        assert.ok(steps.length >= (across ? 15 : 5), `${across ? "vertical" : "horizontal"} lines: ${found}`);
        for (const step of steps) assert.ok(Math.abs(step - 20) <= 1, `${step} px between lines`);
      }
      const [ratio, width] = await page.evaluate(() => [devicePixelRatio, document.querySelector("canvas").width / document.querySelector("canvas").clientWidth]);
      assert.equal(width, ratio);
      await page.context().close();
    });
  }

  test("the live trace runs, stops, and goes on", async () => {
    const page = await visit(`${server.url}/patients/p7`, { reducedMotion: "no-preference" });
    await page.waitForFunction(() => document.querySelector("canvas").getAttribute("aria-label").includes("II, V1"));
    const otherThan = (p) => page.waitForFunction((p) => document.querySelector(".sheet canvas").toDataURL() !== p, p);
    await otherThan(await picture(page));
    await page.keyboard.press(" ");
    await settled(page);
    const stopped = await picture(page);
    await page.evaluate(async () => { for (let i = 0; i < 20; i++) await new Promise(requestAnimationFrame); });
    assert.equal(await picture(page), stopped);
    await page.keyboard.press("l");
    await otherThan(stopped);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test("with reduced motion the trace goes on in steps", async () => {
    const page = await visit(`${server.url}/patients/p7`);
    await page.waitForFunction(() => document.querySelector("canvas").getAttribute("aria-label").includes("II, V1"));
    // The first change may come from anything that is loaded; between later ones there is a second.
    const pauses = await page.evaluate(async () => {
      const canvas = document.querySelector("canvas"), at = [];
      for (let before = canvas.toDataURL(); at.length < 4;) {
        const frame = await new Promise(requestAnimationFrame), now = canvas.toDataURL();
        if (now !== before) at.push(frame);
        before = now;
      }
      return at.slice(1).map((t, i) => t - at[i]);
    });
    assert.ok(Math.max(...pauses) > 900, `changes after ${pauses} ms`);
    await page.context().close();
  });

  test("a strip of any time is zoomed, panned and measured, all by keys", async () => {
    const page = await visit(`${server.url}/patients/p7?at=${new Date(Date.now() - 3 * 3600_000).toISOString()}`);
    await settled(page);
    const before = await range(page);
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((b) => document.querySelector(".range").textContent !== b, before);
    await page.keyboard.press("+");
    assert.equal(await page.textContent(".scale"), "50 mm/s");
    await page.keyboard.press("-");
    await page.keyboard.press("-");
    assert.equal(await page.textContent(".scale"), "12.5 mm/s");
    await page.keyboard.press("m");
    assert.match(await page.textContent(".caliper-readout"), /1000 ms60 \/min[+−]\d\.\d\d mV in II/);
    await page.keyboard.press("Shift+ArrowLeft");
    assert.match(await page.textContent(".caliper-readout"), /1040 ms58 \/min/);
    await page.keyboard.press("ArrowDown");
    assert.match(await page.textContent(".caliper-readout"), /mV in V1/);
    await page.keyboard.press("?");
    assert.match(await page.textContent("dialog"), /measure with calipers/);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test("the pointer drags the paper and a caliper", async () => {
    const page = await visit(`${server.url}/patients/p7?at=${new Date(Date.now() - 3 * 3600_000).toISOString()}`);
    await settled(page);
    const before = await range(page);
    const box = await page.locator(".sheet canvas").boundingBox();
    const drag = async (from, to, y) => {
      await page.mouse.move(from, y);
      await page.mouse.down();
      await page.mouse.move((from + to) / 2, y, { steps: 4 });
      await page.mouse.move(to, y, { steps: 4 });
      await page.mouse.up();
    };
    await drag(box.x + 500, box.x + 300, box.y + 150);
    await page.waitForFunction((b) => document.querySelector(".range").textContent !== b, before);
    await page.getByRole("button", { name: "Measure with calipers" }).click();
    const handle = await page.locator(".caliper-2").boundingBox();
    await drag(handle.x + 14, handle.x + 114, box.y + 80); // 100 px are a second
    const [, ms] = (await page.textContent(".caliper-readout")).match(/^(\d+) ms/);
    assert.ok(Math.abs(Number(ms) - 2000) <= 20, `${ms} ms`);
    await page.context().close();
  });

  test("leads are chosen, up to twelve", async () => {
    const page = await visit(`${server.url}/patients/p3?at=${new Date(Date.now() - 3600_000).toISOString()}`);
    await settled(page);
    await page.click("summary:has-text('Leads')");
    assert.equal(await page.locator(".tools .menu input").count(), 12);
    const two = (await page.locator(".sheet canvas").boundingBox()).height;
    await page.click(".tools .menu >> text=All");
    await page.waitForFunction(() => document.querySelector("canvas").getAttribute("aria-label").includes("aVF, V1, V2"));
    assert.ok((await page.locator(".sheet canvas").boundingBox()).height > 2 * two);
    await page.context().close();
  });

  test("a time without signal says so, and the timeline opens others", async () => {
    const page = await visit(`${server.url}/patients/p7?at=${new Date(Date.now() - 6.7 * 3600_000).toISOString()}`);
    await page.waitForFunction(() => document.querySelector(".sheet-note").textContent.includes("Choose a time with coverage"));
    const plot = await page.locator(".u-over").first().boundingBox();
    const starts = await page.evaluate(() => [...document.querySelectorAll(".u-over")].map((o) => o.getBoundingClientRect().left));
    assert.equal(new Set(starts).size, 1, "the plots stand above each other");
    await page.mouse.click(plot.x + plot.width / 2, plot.y + plot.height / 2);
    await settled(page);
    const at = new Date(new URL(page.url()).searchParams.get("at")).getTime();
    assert.ok(Math.abs(Date.now() - 12 * 3600_000 - at) < 600_000, "half way is twelve hours ago");
    await page.context().close();
  });

  test("a patient who is not there is told with a way out", async () => {
    const page = await visit(`${server.url}/patients/nobody`);
    await page.getByText("There is no patient nobody.").waitFor();
    await page.click("text=All patients");
    await page.waitForURL(`${server.url}/`);
    await page.context().close();
  });
});
