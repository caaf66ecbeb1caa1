// A `holter up` on free ports with simulated patients, in a folder of its own.

import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../browser.js";
import { until } from "./until.js";

const holter = join(root, "bin", "holter");
const folder = mkdtempSync(join(tmpdir(), "holter-system-"));
const running = new Set();

// The last resort: a test that ends early leaves nothing behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

// start runs holter with its output in a log; log() is the end of that.
function start(name, ...args) {
  const file = join(folder, `${name}.log`), out = openSync(file, "w");
  const child = spawn(holter, args, { cwd: root, stdio: ["ignore", out, out] });
  closeSync(out);
  running.add(child);
  const ended = new Promise((resolve) => child.once("exit", (code) => {
    running.delete(child);
    resolve(code);
  }));
  return { child, ended, log: () => readFileSync(file, "utf8").slice(-4000) };
}

// addr is a free address of this machine, unless somebody takes it in between.
async function addr() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

// up starts the system with rules (YAML), channels to people, and devices
// {name: patient}; it answers once it takes data.
export async function up({ rules, channels, devices }) {
  const [http, page, mqtt, kafka, influx] = await Promise.all(Array.from({ length: 5 }, addr));
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const config = file("holter.yaml", JSON.stringify({ // which is YAML too
    alerter: { rules: file("rules.yaml", rules), channels, public_url: `http://${http}`, link_secret: "of this test, and of nothing else" },
    devices: { file: file("devices.yaml", JSON.stringify({ devices: Object.entries(devices).map(([device, patient]) => ({ device, patient })) })) },
  }));
  const system = start("up", "up", "--data", join(folder, "data"), "--config", config,
    "--http", http, "--console", page, "--mqtt", mqtt, "--kafka", kafka, "--influx", influx);
  const alive = () => {
    if (!running.has(system.child)) throw new Error(`holter up has ended:\n${system.log()}`);
  };
  try {
    await until("holter up is ready", async () => {
      alive();
      return (await fetch(`http://${http}/readyz`).catch(() => ({}))).ok;
    });
  } catch (e) {
    system.child.kill();
    throw e;
  }
  return {
    url: `http://${page}`,
    alive,
    log: system.log,
    // play sends a recording as the device would; ended is its exit status.
    play: (record, device, ...args) => start(device, "replay", record, "--device", device, "--mqtt", `tcp://${mqtt}`, ...args),
    async stop() {
      for (const child of running) child.kill("SIGINT");
      const code = await system.ended;
      if (code !== 0 && code !== 130) throw new Error(`holter up ended with ${code}:\n${system.log()}`);
    },
  };
}

// simulate makes a recording and answers its path.
export function simulate(name, ...args) {
  execFileSync(holter, ["simulate", name, "--out", folder, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  return join(folder, name);
}
