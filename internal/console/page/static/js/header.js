// The bar at the top of every page.

import { h, fill, shape } from "./dom.js";
import { zoneName } from "./time.js";
import { changed } from "./palette.js";
import { reviewer, rename, onRename } from "./reviewer.js";

const themes = ["auto", "light", "dark"];
const current = () => localStorage.getItem("holter.theme") ?? "auto";

function choose(theme) {
  if (theme === "auto") {
    localStorage.removeItem("holter.theme");
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem("holter.theme", theme);
    document.documentElement.dataset.theme = theme;
  }
  changed();
}

function themeSwitch() {
  const button = h("button", {
    type: "button", class: "quiet", onclick: () => {
      choose(themes[(themes.indexOf(current()) + 1) % themes.length]);
      say();
    },
  });
  const say = () => {
    fill(button, shape("theme"), h("span", { class: "who-label" }, "Theme: "), current());
    button.setAttribute("aria-label", `Theme: ${current()}`);
    button.title = "Switch between light, dark and what the system prefers";
  };
  say();
  return button;
}

// header fills the bar; help opens the list of keys, back leads to the patients.
export function header(host, { help, back }) {
  const name = h("button", { type: "button", class: "quiet who", title: "The name that your reviews and decisions carry", onclick: rename });
  const say = () => fill(name, reviewer() ? [h("span", { class: "who-label" }, "Reviewer: "), reviewer()] : "Say who you are");
  onRename(say);
  say();
  fill(host, h("div", { class: "bar" },
    h("a", { href: "/", class: "brand", "aria-label": back ? "Holter: all patients" : "Holter" },
      h("img", { src: "/static/icon.svg", alt: "", width: 22, height: 22 }), h("span", { class: back ? "brand-name" : "" }, "Holter")),
    back && h("nav", { "aria-label": "Pages" }, h("a", { href: "/", class: "back" }, shape("back"), "Patients")),
    h("span", { class: "grow" }),
    h("span", { class: "zone muted", title: "All times are in this zone" }, "Times: ", zoneName()),
    name, themeSwitch(),
    help && h("button", { type: "button", class: "quiet help", onclick: help, "aria-keyshortcuts": "?" }, "Keys ", h("kbd", {}, "?"))));
}
