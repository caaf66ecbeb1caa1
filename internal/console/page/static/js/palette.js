// The colours of base.css for what is drawn on a canvas.

let cache = new Map();
const probe = document.createElement("span"); // of which the browser says what light-dark() comes to
probe.hidden = true;
const listeners = new Set();

// colour gives the value of a custom property, as "--ink".
export function colour(name) {
  if (!cache.has(name)) {
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = `var(${name})`;
    cache.set(name, getComputedStyle(probe).color);
  }
  return cache.get(name);
}

// onTheme calls f whenever the colours have changed.
export const onTheme = (f) => listeners.add(f);

// changed forgets the colours; whoever switches the theme calls it.
export function changed() {
  cache = new Map();
  for (const f of listeners) f();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
