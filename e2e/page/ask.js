import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { visit } from "../browser.js";
import { serve } from "./harness.js";

describe("questions", () => {
  let server;
  before(async () => { server = await serve(); });
  after(() => server.stop());

  async function asking() {
    const page = await visit(`${server.url}/patients/p7`, { reviewer: "Reviewer One" });
    page.asked = [];
    page.on("request", (r) => r.url().endsWith("/questions") && page.asked.push(r.postDataJSON()));
    await page.click("#tab-events");
    await page.selectOption('[aria-label="Kind"]', "V");
    await page.waitForFunction(() => [...document.querySelectorAll(".event .code")].every((c) => c.textContent === "V"));
    await page.locator(".event").nth(2).click();
    await page.waitForFunction(() => document.querySelector(".range").textContent);
    await page.keyboard.press("q");
    return page;
  }

  test("about the visible strip are answered in pieces, and the spans are drawn", async () => {
    const page = await asking();
    await page.keyboard.type("Where is the Premature ventricular contraction?");
    await page.keyboard.press("Enter");
    await page.getByText("confidence 93 %").waitFor();
    assert.match(await page.textContent(".answer"), /^Duration: \d/);
    assert.ok(await page.locator(".talk .span-button").count() >= 1);
    assert.match(await page.getAttribute(".sheet canvas", "aria-label"), /Answer: V at/);
    const [{ strips, by, conversation }] = page.asked;
    assert.equal(strips.length, 1);
    assert.deepEqual(strips[0].leads, ["II", "V1"]);
    assert.equal(by, "Reviewer One");
    assert.equal(conversation, "");

    await page.fill("#question", "And where else?");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll(".turn .answer:not([aria-busy])").length === 2);
    assert.equal(page.asked[1].conversation, "talk-1");
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test("compare several strips", async () => {
    const page = await asking();
    await page.click("text=Add the visible strip");
    await page.click("#tab-events");
    const before = await page.textContent(".range");
    await page.locator(".event").nth(9).click();
    await page.waitForFunction((b) => document.querySelector(".range").textContent !== b, before);
    await page.click("#tab-ask");
    await page.click("text=Add the visible strip");
    await page.click("text=How do these ECGs differ?");
    await page.getByText("confidence 93 %").waitFor();
    assert.equal(page.asked[0].strips.length, 2);
    assert.notEqual(page.asked[0].strips[0].from, page.asked[0].strips[1].from);
    await page.context().close();
  });

  test("about signal that is not there say what the answer leaves out", async () => {
    const page = await asking();
    await page.route("**/questions", (route) => route.fulfill({ contentType: "application/x-ndjson", body:
      '{"done":true,"answer":"No Premature ventricular contraction Found","confidence":0.9,"spans":[],"model":"m 1","left_out":[{"strip":0,"from":"2026-01-31T08:30:20.000Z","to":"2026-01-31T08:30:23.500Z"}]}\n' }));
    await page.keyboard.type("Where?");
    await page.keyboard.press("Enter");
    await page.locator(".left-out").waitFor();
    assert.equal(await page.textContent(".left-out"), "! The model was not shown 09:30:20.0 – 09:30:23.5");
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test("that nobody can answer say what to do", async () => {
    const page = await asking();
    await page.route("**/questions", (route) => route.fulfill({ contentType: "application/x-ndjson", body: '{"text":"Dur"}\n{"error":"No analyzer holds this patient.","remedy":"Start one, then ask again."}\n' }));
    await page.keyboard.type("Where?");
    await page.keyboard.press("Enter");
    await page.getByText("No analyzer holds this patient.").waitFor();
    assert.match(await page.textContent(".answer"), /Start one, then ask again/);
    await page.context().close();
  });
});
