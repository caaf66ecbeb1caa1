// Asks for what the page shows first, while its modules are still on their way; they
// take the answers by the same questions, see api.js. A classic script, since
// modules wait for each other.
{
  const to = Date.now();
  const name = decodeURIComponent(location.pathname.split("/")[2] ?? ""), patient = `/v1/patients/${encodeURIComponent(name)}`;
  const question = (path, params) => `${path}?${new URLSearchParams(params)}`;
  const day = { from: new Date(to - 86_400_000).toISOString(), to: new Date(to).toISOString() };
  const questions = !name ? ["/v1/patients"] : [
    patient, question(`${patient}/events`, { ...day, review: "any", limit: 100 }), question(`${patient}/day`, day),
    question("/v1/alerts", { patient: name, state: "open" }), "/v1/kinds",
  ];
  globalThis.early = { to, answers: new Map(questions.map((q) => [q, fetch(q, { priority: "high" })])) };
  for (const answer of globalThis.early.answers.values()) answer.catch(() => {}); // whoever takes it hears of it
}
