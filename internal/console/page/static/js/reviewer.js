// Who reviews: a name that stays in this browser.

import { ask } from "./dialog.js";

const key = "holter.reviewer";
const listeners = [];

export const reviewer = () => localStorage.getItem(key) ?? "";
export const onRename = (f) => listeners.push(f);

// rename asks for the name and gives it, or null when that was given up.
export async function rename() {
  const said = await ask({
    title: "Who are you?", submit: "Keep",
    text: "Reviews and decisions carry this name. It stays in this browser.",
    fields: [{ name: "by", label: "Your name", value: reviewer(), required: true, autocomplete: "name" }],
  });
  if (!said) return null;
  localStorage.setItem(key, said.by.trim());
  for (const f of listeners) f();
  return reviewer();
}

// who gives the name, asking for it the first time.
export const who = async () => reviewer() || rename();
