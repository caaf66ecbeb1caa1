// A browser for tests, and how a page is visited with it.

import { existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after } from "node:test";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
export const root = dirname(here);
export const shots = process.env.HOLTER_SHOTS ?? join(here, "shots");
mkdirSync(shots, { recursive: true });

// find is the Chromium to test with: the one that CHROMIUM names, else the first in PATH.
function find() {
  const paths = process.env.PATH.split(delimiter);
  const candidates = process.env.CHROMIUM ? [process.env.CHROMIUM]
    : ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].flatMap((name) => paths.map((path) => join(path, name)));
  const found = candidates.find((p) => existsSync(p));
  if (!found) throw new Error("no Chromium here: install it (apt-get install chromium), or name its program in CHROMIUM");
  return found;
}

export const browser = await chromium.launch({ executablePath: find(), args: ["--no-sandbox"] });
after(() => browser.close());

export const desktop = { viewport: { width: 1280, height: 800 } };
export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

// visit opens a page that notes in page.faults what a user would not see: errors
// of scripts, what the content security policy refused, files that are missing.
// Traces run in steps unless reducedMotion says otherwise: drawing 60 times a
// second takes a processor of its own. A script of the options runs before the
// page's.
export async function visit(url, options = {}) {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", locale: "en-GB", reducedMotion: "reduce", ...desktop, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.faults = [];
  page.on("pageerror", (e) => page.faults.push(e.stack));
  page.on("console", (m) => m.type() === "error" && !m.location().url.includes("/v1/") && page.faults.push(m.text()));
  page.on("response", (r) => r.url().includes("/static/") && r.status() >= 400 && page.faults.push(`${r.status()} ${r.url()}`));
  page.live = page.waitForResponse((r) => r.url().endsWith("/live") && r.ok()).catch(() => null); // what changes is heard from then on
  if (options.reviewer) await context.addInitScript((name) => localStorage.setItem("holter.reviewer", name), options.reviewer);
  if (options.script) await context.addInitScript({ content: options.script });
  await page.goto(url);
  return page;
}

// settled is when what is on the page stands still: fonts are there, and two
// frames have passed.
export const settled = (page) => page.evaluate(() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))));
