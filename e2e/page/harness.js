// Starts the page with simulated patients, and a browser that looks at it.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
export const shots = process.env.HOLTER_SHOTS ?? join(here, "..", "shots");
mkdirSync(shots, { recursive: true });

// findBrowser is the Chromium to test with.
function findBrowser() {
  const found = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((p) => p && existsSync(p));
  if (!found) throw new Error("no Chromium here: install it (apt-get install chromium) or name one in CHROMIUM");
  return found;
}

const folder = mkdtempSync(join(tmpdir(), "holter-page-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let binary;

// serve starts the fixture; stop ends it.
export async function serve(...args) {
  if (!binary) {
    binary = join(folder, "fixture");
    execFileSync("go", ["build", "-o", binary, "./e2e/page/fixture"], { cwd: root, stdio: "inherit" });
  }
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the fixture ended with ${code}`)));
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    url: url.replace(/\/$/, ""),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

export const browser = await chromium.launch({ executablePath: findBrowser(), args: ["--no-sandbox"] });
after(() => browser.close());

export const desktop = { viewport: { width: 1280, height: 800 } };
export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

// visit opens a page that notes in page.faults what a user would not see: errors
// of scripts, what the content security policy refused, files that are missing.
export async function visit(browser, url, options = {}) {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", ...desktop, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.faults = [];
  page.on("pageerror", (e) => page.faults.push(e.stack));
  page.on("console", (m) => m.type() === "error" && !m.location().url.includes("/v1/") && page.faults.push(m.text()));
  page.on("response", (r) => r.url().includes("/static/") && r.status() >= 400 && page.faults.push(`${r.status()} ${r.url()}`));
  if (options.reviewer) await context.addInitScript((name) => localStorage.setItem("holter.reviewer", name), options.reviewer);
  await page.goto(url);
  return page;
}
