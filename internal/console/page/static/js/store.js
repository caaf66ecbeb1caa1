// The events of the patient that were seen so far.

import { get, patientPath } from "./api.js";
import { iso, ms } from "./time.js";

const margin = 30_000; // ms around a strip

export function store(patient) {
  const events = new Map(); // id: {event, from, to}, since a running trace asks for those within it at every frame
  const listeners = [];
  let asked = { from: 0, to: 0 };

  const self = {
    get: (id) => events.get(id)?.event,
    onChange: (f) => listeners.push(f),
    put(list) {
      for (const e of list) events.set(e.id, { event: { ...self.get(e.id), ...e }, from: ms(e.start), to: ms(e.end) });
      if (list.length) for (const f of listeners) f(list);
    },
    within: (from, to) => [...events.values()].filter((e) => e.to > from && e.from < to).map((e) => e.event),

    // around loads the events of a strip, once while one stays near it.
    async around(from, to) {
      if (asked.from <= from && asked.to >= to) return;
      asked = { from: from - margin, to: Math.min(to + margin, Date.now()) };
      const { events: list } = await get(patientPath(patient, "/events"), { from: iso(asked.from), to: iso(asked.to), review: "any", limit: 500 });
      self.put(list);
    },

    // load gets one event with its beats and reviews.
    async load(id) {
      const e = await get(patientPath(patient, `/events/${encodeURIComponent(id)}`));
      self.put([e]);
      return self.get(id);
    },
  };
  return self;
}
