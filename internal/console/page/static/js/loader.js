// Fetches the signal around what is looked at.

import { get, patientPath } from "./api.js";
import { Tape } from "./tape.js";
import { iso } from "./time.js";

const longest = 590_000; // ms: what the API gives at once is 10 min

// loader keeps one loaded part; want asks for a view, told(error) hears how it went.
export function loader(patient, told) {
  let loaded = null, asked = null, abort = null;

  const holds = (part, from, to, points) => part && part.from <= from && part.to >= to && part.density >= points / (to - from) * 0.99;

  return {
    get tape() { return loaded?.tape ?? empty; },
    get busy() { return Boolean(asked); },

    forget() { loaded = null; },

    // want loads from..to with margins, at least so many points for it.
    async want(from, to, points) {
      if (holds(loaded, from, to, points) || holds(asked, from, to, points)) return;
      const margin = Math.max(0, Math.min(to - from, (longest - (to - from)) / 2));
      const part = { from: from - margin, to: to + margin, tape: new Tape() };
      const n = Math.ceil(points * (part.to - part.from) / (to - from));
      part.density = n / (part.to - part.from);
      abort?.abort();
      abort = new AbortController();
      asked = part;
      try {
        const { stretches } = await get(patientPath(patient, "/signal"), { from: iso(part.from), to: iso(part.to), points: n }, abort.signal);
        for (const s of stretches) part.tape.add(s);
        loaded = part;
        asked = null;
        told(part.tape.between(from, to).length ? null : { message: "No signal at this time.", remedy: "Go on to a time that has coverage." });
      } catch (e) {
        if (e.name === "AbortError") return;
        asked = null;
        if (e.status === 404) loaded = part; // known to be empty: not asked again while one pans in it
        told(e);
      }
    },
  };
}

const empty = new Tape();
