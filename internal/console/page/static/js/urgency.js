// How urgent something is, said by shape, word and colour.

import { h, shape } from "./dom.js";

const words = { high: "High", medium: "Medium", low: "Low", none: "None" };

export const badge = (priority) => h("span", { class: `badge badge-${priority}` }, shape(priority), words[priority] ?? priority);
