// Builds elements. Text is always text, never markup, and style goes through
// classes, as the content security policy wants it.

const SVG = "http://www.w3.org/2000/svg";

// h makes an element: h("button", {class: "x", onclick: f, "aria-label": "…"}, child, …).
// A property that is null or false is left out; children may be nested lists.
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name in el && typeof value !== "string") el[name] = value;
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...content(children));
  return el;
}

const content = (children) => children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== "");

// fill replaces what is in an element.
export function fill(el, ...children) {
  el.replaceChildren(...content(children));
  return el;
}

const shapes = {
  high: "M8 1.5 15 14.5H1z",
  medium: "M8 1 15 8 8 15 1 8z",
  low: "M8 2a6 6 0 1 0 .01 0z",
  none: "M3 7.2h10v1.6H3z",
  back: "M10.5 2.5 5 8l5.5 5.5",
  theme: "M8 1a7 7 0 1 0 .01 0zM8 2.6v10.8a5.4 5.4 0 0 0 0-10.8z",
  next: "M5.5 2.5 11 8l-5.5 5.5",
};

// shape is a small drawing that says a priority without colour: triangle,
// diamond, disc, dash; or an arrow.
export function shape(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `shape shape-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", shapes[name] ?? shapes.none);
  svg.append(path);
  return svg;
}

// state is a panel that says why there is nothing to see and what to do.
export function state(title, remedy, action) {
  return h("div", { class: "state" }, h("p", { class: "state-title" }, title), remedy && h("p", {}, remedy),
    action && h("button", { type: "button", onclick: action.run }, action.label));
}
