const longest = 180_000; // ms; a fault, not a measure

// until waits for what probe answers, if that is anything.
export async function until(what, probe) {
  for (const end = Date.now() + longest; Date.now() < end;) {
    const got = await probe();
    if (got) return got;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`still not so after ${longest / 1000} s: ${what}`);
}
