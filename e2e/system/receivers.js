// Those who are told: a mail server and a receiver of webhooks.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { buffer, text } from "node:stream/consumers";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

const listening = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", function () { resolve(this.address().port); }));

// mailServer keeps the e-mails that it gets, taken apart, with to as the server was told.
export async function mailServer() {
  const mails = [];
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"], logger: false,
    onData(stream, session, done) {
      buffer(stream).then((raw) => PostalMime.parse(raw)).then((mail) => {
        mails.push({ ...mail, to: session.envelope.rcptTo.map((r) => r.address) });
        done();
      }, done);
    },
  });
  const port = await listening(server);
  return {
    mails,
    url: (to) => `smtp://127.0.0.1:${port}/?from=holter@example.org&to=${to}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

// webhook keeps the messages that it gets, and takes none with a wrong signature.
export async function webhook(secret) {
  const messages = [];
  const server = createServer(async (request, answer) => {
    const body = await text(request), h = request.headers;
    const signature = createHmac("sha256", secret).update(`${h["x-holter-timestamp"]}.${body}`).digest("hex");
    if (h["x-holter-signature"] !== `sha256=${signature}`) return answer.writeHead(401).end();
    messages.push(JSON.parse(body));
    return answer.writeHead(204).end();
  });
  const port = await listening(server);
  return {
    messages,
    url: `http://127.0.0.1:${port}/`,
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
