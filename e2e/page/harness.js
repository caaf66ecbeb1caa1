// Starts the page with simulated patients.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../browser.js";

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
