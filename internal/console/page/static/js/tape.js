// Signal in memory: stretches of samples with their times.

const tolerance = 1.5; // samples that may miss between two stretches of one signal

// chunk is a stretch of the API with its times as numbers.
function chunk(s) {
  const start = Date.parse(s.start);
  const n = Math.max(0, ...s.uv.map((uv) => uv.length));
  return { device: s.device, start, end: start + (n / s.rate) * 1000, rate: s.rate, leads: s.leads, uv: s.uv };
}

// Tape keeps stretches in the order of their time, at most keep ms of them.
export class Tape {
  constructor(keep = Infinity) {
    this.keep = keep;
    this.chunks = [];
  }

  get last() { return this.chunks.length ? Math.max(...this.chunks.slice(-4).map((c) => c.end)) : NaN; }

  // add takes a stretch of the API; one that is known already is left out.
  add(stretch) {
    const c = chunk(stretch);
    if (this.chunks.some((k) => k.device === c.device && k.start <= c.start && k.end >= c.end)) return;
    let i = this.chunks.length;
    while (i > 0 && this.chunks[i - 1].start > c.start) i--;
    this.chunks.splice(i, 0, c);
    const oldest = this.last - this.keep;
    while (this.chunks.length && this.chunks[0].end < oldest) this.chunks.shift();
  }

  // between gives what overlaps a time, of one device.
  between(from, to, device) {
    return this.chunks.filter((c) => c.end > from && c.start < to && (!device || c.device === device));
  }

  // covers tells whether a time has signal without a gap, of one device.
  covers(from, to, device) {
    let at = from;
    for (const c of this.between(from, to, device)) {
      if (c.start > at + (tolerance / c.rate) * 1000) return false;
      at = Math.max(at, c.end);
    }
    return at >= to;
  }

  devices() { return [...new Set(this.chunks.map((c) => c.device))]; }

  // leads lists those that a device has, in the order of the newest stretch.
  leads(device) {
    const names = new Set();
    for (const c of [...this.chunks].reverse()) if (!device || c.device === device) c.leads.forEach((l) => names.add(l));
    return [...names];
  }

  // at is a lead's µV at an instant, or null.
  at(lead, instant, device) {
    for (const c of this.between(instant - 1, instant + 1, device)) {
      const uv = c.uv[c.leads.indexOf(lead)];
      const value = uv?.[Math.round(((instant - c.start) / 1000) * c.rate)];
      if (value !== undefined && value !== null) return value;
    }
    return null;
  }
}
