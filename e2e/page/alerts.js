import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { visit } from "../browser.js";
import { serve } from "./harness.js";

describe("alerts", () => {
  let server;
  before(async () => { server = await serve(); });
  after(() => server.stop());

  test("are acknowledged, assigned, silenced, escalated, annotated and resolved, and say so", async () => {
    const page = await visit(`${server.url}/patients/p7`, { reviewer: "Reviewer One" });
    const alert = page.locator('[data-alert="p7-ventricular-run-sustained"]');
    await alert.getByText("Not acknowledged").waitFor();
    await alert.getByRole("button", { name: "Acknowledge" }).click();
    await alert.getByText("Acknowledged", { exact: true }).waitFor();
    assert.equal(await alert.getByRole("button", { name: "Acknowledge" }).count(), 0);

    await alert.getByRole("button", { name: "Assign…" }).click();
    await page.fill("dialog input", "Ward 3");
    await page.click("dialog button.primary");
    await alert.getByText("Assigned to Ward 3", { exact: true }).waitFor();

    await alert.getByRole("button", { name: "Silence…" }).click();
    await page.click("dialog button.primary");
    assert.ok(await page.locator("dialog").isVisible(), "silencing needs a reason");
    await page.fill("dialog textarea", "electrodes are changed");
    await page.click("dialog button.primary");
    await alert.getByText(/Silenced until/).first().waitFor();

    assert.doesNotMatch(await alert.textContent(), /Escalated/, "the first telling is no escalation");
    await alert.getByRole("button", { name: "Escalate…" }).click();
    await page.click("dialog button.primary");
    await alert.getByText("Escalated 1 time", { exact: true }).waitFor();

    await alert.getByRole("button", { name: "Note…" }).click();
    await page.fill("dialog textarea", "called, feels well");
    await page.click("dialog button.primary");
    await alert.getByText("History (7)").click();
    assert.match(await alert.textContent(), /electrodes are changed[^]*note by Reviewer One: called, feels well/);

    await alert.getByRole("button", { name: "Resolve…" }).click();
    await page.click("dialog button.primary");
    await alert.waitFor({ state: "detached" });
    await page.check("text=Show resolved alerts too");
    await alert.getByText("Resolved", { exact: true }).waitFor();
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test("are not escalated where no policy says to whom", async () => {
    const page = await visit(`${server.url}/patients/p12`);
    const escalate = page.locator('[data-alert="p12-device-silent"]').getByRole("button", { name: "Escalate…" });
    assert.ok(await escalate.isDisabled());
    assert.match(await escalate.getAttribute("title"), /no policy/);
    await page.context().close();
  });

  test("open the strip that they are about", async () => {
    const page = await visit(`${server.url}/patients/p3`);
    await page.getByRole("button", { name: "Show strip" }).click();
    await page.waitForSelector(".review:not([hidden])");
    assert.match(await page.textContent(".review"), /ST segment depression/);
    assert.match(await page.textContent(".review"), /peak -210 µV in II, from signal/);
    await page.context().close();
  });

  test("of high priority are announced, and the announcement ends when somebody has it", async () => {
    const page = await visit(`${server.url}/patients/p4`, { reviewer: "Reviewer One" });
    await page.getByText("No open alerts.").waitFor({ state: "attached" });
    await page.waitForFunction(() => document.querySelector("canvas").getAttribute("aria-label").includes("II"));
    await fetch(`${server.url}/fixture/p4/alarm`, { method: "POST" });
    const alarm = page.locator('[role="alert"]');
    await alarm.getByText("Pause of 3.2 s").waitFor();
    await alarm.getByRole("button", { name: "Acknowledge" }).click();
    await page.waitForFunction(() => !document.querySelector('[role="alert"]').textContent);
    await page.context().close();
  });

  test("technical ones and those that they hold back are told apart; devices say what is wrong", async () => {
    const page = await visit(`${server.url}/patients/p12`);
    await page.getByText("Held back by a technical alert").waitFor();
    assert.match(await page.textContent('[data-alert="p12-device-silent"]'), /technical/);
    await page.getByText("No new signal. What you see is the last that arrived.").waitFor();
    await page.click("#tab-devices");
    assert.match(await page.textContent("#panel-devices"), /offline.*9 %/);
    assert.match(await page.textContent("#person"), /last signal 2\d min/);
    await page.context().close();
  });
});
