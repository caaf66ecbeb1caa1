// Times as the page sees them: a question from here would wait for its answer too.

import { existsSync, readdirSync, readFileSync } from "node:fs";

// knowing is a script that gives a page conditions by their names.
export const knowing = (conditions) => `globalThis.shown = {${Object.entries(conditions).map(([name, f]) => `${name}: ${f}`)}};`;

// when is the time since the visit began at which a condition held, ms, to a frame.
export const when = async (page, name) => (await page.waitForFunction((name) => globalThis.shown[name]() && performance.now(), name)).jsonValue();

// since is how long it takes from an input until a condition holds, ms.
export async function since(page, act, name) {
  await page.evaluate(() => {
    globalThis.acted = undefined;
    for (const kind of ["keydown", "click", "input"]) addEventListener(kind, (e) => { globalThis.acted ??= e.timeStamp; }, { capture: true, once: true });
  });
  const shown = page.waitForFunction((name) => globalThis.acted !== undefined && globalThis.shown[name]() && performance.now() - globalThis.acted, name);
  await act();
  return (await shown).jsonValue();
}

// requests are the answers of the API so far, by what they are of: ms from the
// question to the first byte.
export const requests = (page) => page.evaluate(() => performance.getEntriesByType("resource").filter((r) => r.name.includes("/v1/") && r.responseStart).map((r) => {
  const { pathname, searchParams } = new URL(r.name);
  const period = Date.parse(searchParams.get("to")) - Date.parse(searchParams.get("from"));
  return [`${pathname.replace(/^.v1.(patients.[^/]+)?/, "") || "/patient"}${period < 3.6e6 ? " of a strip" : ""}`, r.responseStart - r.requestStart];
}));

// processor is the processor time that the processes which this one has started,
// and those that they have, took so far, by their names, ms; none where the system
// has no /proc. On a busy machine it says more than the clock.
export function processor() {
  const all = existsSync("/proc/self/stat") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(stat).filter(Boolean) : [];
  const ours = new Set([process.pid]), spent = {};
  for (let before = 0; before < ours.size;) {
    before = ours.size;
    for (const p of all) if (ours.has(p.parent)) ours.add(p.id);
  }
  for (const p of all) if (ours.has(p.id) && p.id !== process.pid) spent[p.name] = (spent[p.name] ?? 0) + p.spent;
  return spent;
}

function stat(id) {
  try {
    const [, name, rest] = readFileSync(`/proc/${id}/stat`, "utf8").match(/\((.*)\) (.*)/s);
    const fields = rest.split(" "); // from the third on, see proc(5); ticks are 10 ms
    return { id: Number(id), name: name.split("-")[0], parent: Number(fields[1]), spent: 10 * (Number(fields[11]) + Number(fields[12])) };
  } catch {
    return null; // it has ended meanwhile
  }
}

const format = (n) => n.toFixed(0).padStart(7);

// table has the median of each, the least and the most.
export function table(title, rows) {
  const wide = Math.max(title.length, ...Object.keys(rows).map((r) => r.length));
  const lines = Object.entries(rows).map(([name, values]) => {
    const sorted = [...values].sort((a, b) => a - b);
    return name.padEnd(wide) + [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)].map(format).join(" ");
  });
  return `${title.padEnd(wide)}${["median", "least", "most"].map((t) => t.padStart(7)).join(" ")}\n${lines.join("\n")}\n`;
}
