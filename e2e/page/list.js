import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { visit } from "../browser.js";
import { serve } from "./harness.js";

describe("the list of patients", () => {
  let server;
  before(async () => { server = await serve(); });
  after(() => server.stop());

  const ids = (page) => page.locator("tbody th").allTextContents();

  test("patients stand in the order of urgency, and urgency is said in words", async () => {
    const page = await visit(server.url);
    await page.waitForSelector("tbody tr");
    assert.deepEqual(await ids(page), ["p7", "p3", "p12", "p4", "p9"]);
    assert.match(await page.textContent("tbody tr:nth-child(1)"), /High.*Ventricular run of 5 beats, 156\/min.*2 open, 2 not acknowledged/);
    assert.match(await page.textContent("tbody tr:nth-child(3)"), /offline, battery 9 %/);
    assert.match(await page.textContent("tbody tr:nth-child(5)"), /never/);
    assert.match(await page.textContent("header"), /Times: Europe\/Berlin \(UTC\+[12]\)/);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test("the list filters, says when nothing is left, and is walked by keys", async () => {
    const page = await visit(server.url);
    await page.waitForSelector("tbody tr");
    await page.keyboard.press("/");
    await page.keyboard.type("w-33");
    assert.deepEqual(await ids(page), ["p12"]);
    await page.fill("#search", "nobody");
    assert.match(await page.textContent("#patients"), /None of 5 patients matches/);
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.locator("#main").focus();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/patients\/p3$/);
    await page.context().close();
  });

  test("a new high-priority alert moves the patient up and is announced", async () => {
    const page = await visit(server.url);
    await page.waitForSelector("tbody tr");
    await page.live;
    await fetch(`${server.url}/fixture/p4/alarm`, { method: "POST" });
    const alarm = page.locator('[role="alert"]');
    await alarm.getByText("p4: Pause of 3.2 s").waitFor();
    assert.deepEqual((await ids(page)).slice(0, 2).sort(), ["p4", "p7"]);
    await alarm.getByRole("button", { name: /Hide/ }).click();
    assert.equal(await alarm.textContent(), "");
    await page.context().close();
  });

  test("without patients it says how to get one", async () => {
    const empty = await serve("--empty");
    const page = await visit(empty.url);
    await page.getByText("No patients yet.").waitFor();
    assert.match(await page.textContent("#patients"), /holter replay/);
    await page.context().close();
    await empty.stop();
  });

  test("an error of the API is shown with its remedy, and trying again helps", async () => {
    const page = await visit("about:blank");
    await page.route("**/v1/live", (route) => route.abort());
    await page.route("**/v1/patients", (route) => route.fulfill({ status: 503, json: { error: "The event store is starting.", remedy: "Wait a moment." } }));
    await page.goto(server.url);
    await page.getByText("The event store is starting.").waitFor();
    assert.match(await page.textContent("#patients"), /Wait a moment/);
    await page.unroute("**/v1/patients");
    await page.click("#patients >> text=Try again");
    await page.waitForSelector("tbody tr");
    await page.context().close();
  });
});
