// Talks to the API under /v1.

// Trouble is what went wrong, and what to do about it.
export class Trouble extends Error {
  constructor(message, remedy, status = 0) {
    super(sentence(message));
    this.remedy = sentence(remedy);
    this.status = status; // 0: no answer came at all
  }
}

// sentence makes of a message of the API one that can stand before another.
const sentence = (text) => (text ? text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".") : "");

export const patientPath = (id, rest = "") => `/v1/patients/${encodeURIComponent(id)}${rest}`;

// query appends what is known to a path; lists are joined by commas.
export function query(path, params) {
  const known = Object.entries(params).filter(([, v]) => v !== undefined && v !== null && v !== "" && v.length !== 0);
  const text = new URLSearchParams(known.map(([k, v]) => [k, v instanceof Date ? v.toISOString() : String(v)])).toString();
  return text ? `${path}?${text}` : path;
}

// taken is the answer to what early.js has asked, once.
function taken(path, options) {
  const answer = options.method ? undefined : globalThis.early.answers.get(path);
  globalThis.early.answers.delete(path);
  return answer;
}

async function send(path, options) {
  let answer;
  try {
    answer = await (taken(path, options) ?? fetch(path, options));
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new Trouble("Holter does not answer.", "Check that holter up is running and that this machine reaches it, then try again.");
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

async function refusal(answer) {
  const said = await answer.json().catch(() => ({}));
  return new Trouble(said.error ?? `Holter answered ${answer.status}.`, said.remedy ?? "Try again; its log says more.", answer.status);
}

// get reads JSON. A signal aborts it.
export const get = async (path, params = {}, signal) => (await send(query(path, params), { signal })).json();

// post sends JSON and gives the raw response, for those who stream it.
export const post = (path, body, signal) =>
  send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

// lines reads a response of one JSON value a line as it arrives.
export async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const line of parts) if (line.trim()) yield JSON.parse(line);
  }
  if (rest.trim()) yield JSON.parse(rest);
}
