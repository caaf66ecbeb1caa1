// Starts the console on a day with very many events, see console/main.go.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../browser.js";

// serve answers the addresses of both pages, and how many events there are.
export async function serve(events) {
  const folder = mkdtempSync(join(tmpdir(), "holter-bench-"));
  const binary = join(folder, "console");
  execFileSync("go", ["build", "-o", binary, "./e2e/bench/console"], { cwd: root, stdio: "inherit" });
  const child = spawn(binary, ["-events", String(events)], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.on("exit", () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const line = await new Promise((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    ended.then((code) => reject(new Error(`the console of the benchmark ended with ${code}`)));
  });
  const [patient, n] = line.split(" ");
  return {
    patient, list: new URL("/", patient).href, events: Number(n),
    async stop() {
      child.kill();
      await ended;
    },
  };
}
