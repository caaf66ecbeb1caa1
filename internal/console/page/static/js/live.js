// Server-sent events that come back by themselves.

const longest = 15_000; // ms between two tries

// listen calls hear[kind](data) for every event of those kinds, and
// on.open(again) and on.lost(retryAt) as the connection comes and goes.
// It returns what tries again at once.
export function listen(url, hear, on) {
  let source, timer, wait = 1000, opened = 0;

  function connect() {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(url);
    source.onopen = () => {
      wait = 1000;
      on.open(opened++ > 0);
    };
    source.onerror = () => {
      source.close(); // the browser's own retries give up on an error status
      on.lost(Date.now() + wait);
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, longest);
    };
    for (const [kind, f] of Object.entries(hear)) source.addEventListener(kind, (e) => f(JSON.parse(e.data)));
  }

  connect();
  addEventListener("online", connect);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (e) => e.persisted && connect());
  return connect;
}
