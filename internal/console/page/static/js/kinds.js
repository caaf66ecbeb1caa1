// What events are of: code, name, and the slot of the colours of base.css.

const slots = {
  V: "v", A: "a", S: "s", L: "l", R: "r", F: "f", "/": "paced", AFIB: "af", AFL: "af", VT: "vt", SVTA: "s",
  B: "v", T: "v", P: "pause", STE: "st", STD: "st", ST: "st",
};

// slot names the colours of a kind: --kind-<slot> and class kind-<slot>.
export const slot = (code) => slots[code] ?? "other";

// codeOf is what an event is after review.
export const codeOf = (event) => (event.review?.verdict === "relabelled" && event.review.kind) || event.kind;

const signs = { confirmed: "✓", rejected: "✗", relabelled: "→" };

// made is what the beats of an event make, in words; of a single one nothing.
export function made({ pattern: p, beats }) {
  if (!p) return beats > 1 ? `${beats} beats` : "";
  if (p.kind === "run") return `run of ${p.beats} at ${Math.round(p.rate)}/min`;
  return p.kind === "single" ? "" : p.kind;
}

const current = 300_000; // ms

// goesOn tells whether a rhythm or an ST episode reached the end of what is
// analysed when last heard of. An open event of beats may get one more; whether it
// does nobody knows.
export const goesOn = (event, now = Date.now()) => event.open && !event.beats && now - Date.parse(event.end) < current;

// label is an event in a few words: V couplet, V ✓, V ✗, V → A.
export function label(event) {
  const what = [event.kind, made(event)].filter(Boolean).join(" ");
  const verdict = event.review?.verdict;
  if (!verdict) return what;
  return `${what} ${signs[verdict]}${verdict === "relabelled" ? ` ${event.review.kind}` : ""}`;
}

export const reviewState = (event) => event.review?.verdict ?? "open";
