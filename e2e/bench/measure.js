// Times as the page sees them: a question from here would wait for its answer too.

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

// work is what the browser has done for the page so far, ms.
export async function work(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const of = (name) => 1000 * metrics.find((m) => m.name === name).value;
  return [["scripts", of("ScriptDuration")], ["style and layout", of("RecalcStyleDuration") + of("LayoutDuration")], ["everything", of("TaskDuration")]];
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
