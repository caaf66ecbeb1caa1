import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { visit } from "../browser.js";
import { serve } from "./harness.js";

describe("events and their review", () => {
  let server;
  before(async () => { server = await serve(); });
  after(() => server.stop());

  async function events(options) {
    const page = await visit(`${server.url}/patients/p7`, options);
    await page.click("#tab-events");
    await page.waitForSelector(".event");
    return page;
  }
  const current = (page) => page.getAttribute('.event[aria-current="true"]', "data-id");

  test("a reviewer walks, confirms, rejects and relabels by keys, and the name is kept", async () => {
    const page = await events();
    await page.keyboard.press("j");
    const first = await current(page);
    assert.match(page.url(), new RegExp(`event=${first}`));
    await page.keyboard.press("j");
    assert.notEqual(await current(page), first);
    await page.keyboard.press("k");
    assert.equal(await current(page), first);
    await page.keyboard.press("c");
    await page.fill("dialog input", "Reviewer One");
    await page.keyboard.press("Enter");
    await page.getByText("Confirmed by Reviewer One").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByText("Rejected by Reviewer One").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("r");
    await page.selectOption("dialog select", "R");
    await page.fill("dialog textarea", "wide, regular");
    await page.click("dialog >> text=Relabel");
    await page.getByText("Relabelled as R by Reviewer One").first().waitFor();
    assert.equal(await page.textContent('.event[aria-current="true"] .code'), "R");
    assert.match(await page.getAttribute(".sheet canvas", "aria-label"), /→ R at/);

    await page.reload(); // the address opens the same event, the server knows its review
    await page.getByText("Relabelled as R by Reviewer One").first().waitFor();
    await page.click("summary:has-text('earlier reviews')");
    assert.match(await page.textContent(".review .history"), /wide, regular/);
    assert.match(await page.textContent("header"), /Reviewer One/);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test("the list is filtered by kind and by review", async () => {
    const page = await events({ reviewer: "Reviewer Two" });
    await page.selectOption('[aria-label="Kind"]', "P");
    await page.waitForFunction(() => [...document.querySelectorAll(".event .code")].every((c) => c.textContent === "P"));
    assert.ok(await page.locator(".event").count() > 20);
    await page.keyboard.press("Escape");
    await page.locator(".event").first().click();
    await page.keyboard.press("x");
    await page.getByText("Rejected by Reviewer Two").first().waitFor();
    await page.selectOption('[aria-label="Review"]', "rejected");
    await page.waitForFunction(() => document.querySelectorAll(".event").length === 1);
    await page.selectOption('[aria-label="Kind"]', "STD");
    await page.getByText("No events here.").waitFor();
    await page.context().close();
  });

  test("runs and bigeminy are named in the list, in the review and on the paper", async () => {
    const page = await events();
    for (const words of [/run of 5 at 1\d\d\/min/, /bigeminy/]) {
      const row = page.locator(".event", { hasText: words }).first();
      while (!(await row.count())) await page.click("text=Show earlier events");
      await row.click();
      await page.locator(".review-facts", { hasText: words }).waitFor();
      await page.waitForFunction((words) => new RegExp(`V ${words} at`).test(document.querySelector(".sheet canvas").getAttribute("aria-label")), words.source);
    }
    assert.equal(await page.locator(".event", { hasText: "goes on" }).count(), 0);
    await page.context().close();
  });

  test("a day of events comes page by page, also to the keyboard", async () => {
    const page = await events();
    assert.equal(await page.locator(".event").count(), 100);
    await page.click("text=Show earlier events");
    await page.waitForFunction(() => document.querySelectorAll(".event").length >= 200);
    await page.locator(".event").nth(199).click();
    await page.keyboard.press("j");
    await page.waitForFunction(() => document.querySelectorAll(".event").length >= 300);
    await page.getByRole("button", { name: "1 h", exact: true }).click();
    await page.waitForFunction(() => document.querySelectorAll(".event").length === 100); // another list, from its first page
    await page.context().close();
  });

  test("a review that fails says why, and nothing changes", async () => {
    const page = await events({ reviewer: "Reviewer Two" });
    await page.route("**/review", (route) => route.fulfill({ status: 503, json: { error: "The event store does not answer.", remedy: "Try again in a minute." } }));
    await page.selectOption('[aria-label="Review"]', "open");
    await page.waitForFunction(() => [...document.querySelectorAll(".event .verdict")].every((v) => !v.textContent));
    await page.locator(".event").nth(5).click();
    await page.keyboard.press("c");
    await page.getByText("The event store does not answer.").waitFor();
    assert.match(await page.textContent("#toasts"), /Try again in a minute/);
    assert.match(await page.textContent(".verdict-now"), /Not reviewed/);
    await page.context().close();
  });
});
