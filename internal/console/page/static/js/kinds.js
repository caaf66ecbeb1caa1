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

// label is an event in a few letters: V ×3, V ✓, V ✗, V → A.
export function label(event) {
  const beats = event.beats > 1 ? ` ×${event.beats}` : "";
  const verdict = event.review?.verdict;
  if (!verdict) return event.kind + beats;
  return `${event.kind}${beats} ${signs[verdict]}${verdict === "relabelled" ? ` ${event.review.kind}` : ""}`;
}

export const reviewState = (event) => event.review?.verdict ?? "open";
