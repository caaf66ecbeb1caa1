// Says that the connection is lost, since when, and when it is tried again.

import { h, fill } from "./dom.js";
import { clock } from "./time.js";

// connection keeps the banner in #connection; its open and lost are for listen.
export function connection(host, retry) {
  let since = Date.now(), ticking;

  function draw(at) {
    const left = Math.max(0, Math.ceil((at - Date.now()) / 1000));
    host.querySelector(".wait").textContent = left ? `Trying again in ${left} s.` : "Trying again…";
  }

  return {
    heard() { since = Date.now(); },
    open() {
      clearInterval(ticking);
      fill(host);
    },
    lost(at) {
      clearInterval(ticking);
      if (!host.firstChild) {
        fill(host, h("div", { class: "banner banner-lost" },
          h("strong", {}, "No connection."), h("span", {}, `What you see is from ${clock(since)}. `,
            "Check that holter up is running and that this machine reaches it."),
          h("span", { class: "wait", "aria-hidden": "true" }), h("button", { type: "button", onclick: () => retry() }, "Try now")));
      }
      draw(at);
      ticking = setInterval(draw, 1000, at);
    },
  };
}
