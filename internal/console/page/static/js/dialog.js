// Dialogs that ask something.

import { h, fill } from "./dom.js";

// ask shows a form and gives what was filled in, by name, or null when it was
// given up. A field is {name, label, hint, type, value, required, options, rows}.
export function ask({ title, text, fields = [], submit = "OK" }) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog" },
      h("h2", { id: "dialog-title" }, title), text && h("p", { class: "muted" }, text), fields.map(field),
      h("div", { class: "dialog-end" }, h("button", { type: "button", onclick: () => box.close() }, "Cancel"),
        h("button", { type: "submit", class: "primary", value: "ok" }, submit)));
    const box = h("dialog", { "aria-labelledby": "dialog-title" }, form);
    box.addEventListener("close", () => {
      box.remove();
      resolve(box.returnValue === "ok" ? Object.fromEntries(new FormData(form)) : null);
    });
    document.body.append(box);
    box.showModal();
  });
}

function field(f) {
  const props = { name: f.name, required: Boolean(f.required), id: `field-${f.name}`, autocomplete: f.autocomplete ?? "off" };
  let input;
  if (f.options) {
    input = h("select", props, f.options.map(([value, text]) => h("option", { value, selected: value === f.value }, text)));
  } else if (f.rows) {
    input = h("textarea", { ...props, rows: f.rows }, f.value ?? "");
  } else {
    input = h("input", { ...props, type: f.type ?? "text", value: f.value ?? "", pattern: f.required && !f.type ? ".*\\S.*" : null });
  }
  return h("p", { class: "field" }, h("label", { for: props.id }, f.label), input, f.hint && h("small", { class: "muted" }, f.hint));
}

// show opens a dialog that only says something.
export function show(title, ...body) {
  const box = h("dialog", { "aria-labelledby": "dialog-title" },
    h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), body,
      h("div", { class: "dialog-end" }, h("button", { type: "submit", class: "primary", autofocus: true }, "Close"))));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

// toast says for some seconds that something was done or went wrong.
export function toast(text, remedy, bad = false) {
  let host = document.getElementById("toasts");
  if (!host) document.body.append(host = h("div", { id: "toasts", role: "status" }));
  const one = h("div", { class: bad ? "toast toast-bad" : "toast" }, h("strong", {}, text), remedy && h("span", {}, ` ${remedy}`));
  fill(host, one);
  setTimeout(() => one.remove(), bad ? 12_000 : 4000);
}

export const complain = (trouble) => toast(trouble.message, trouble.remedy, true);
