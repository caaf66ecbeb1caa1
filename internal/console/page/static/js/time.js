// Times as the reader's clock shows them. Instants are milliseconds since 1970.

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const format = (options) => {
  const f = new Intl.DateTimeFormat("en-GB", { hourCycle: "h23", ...options });
  return (at) => f.format(at);
};

export const ms = (instant) => (instant ? Date.parse(instant) : NaN);
export const iso = (at) => new Date(at).toISOString();

export const clock = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const clockTenths = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 1 });
export const clockMinutes = format({ hour: "2-digit", minute: "2-digit" });
export const day = format({ weekday: "short", day: "numeric", month: "short" });
const offset = format({ timeZoneName: "shortOffset" });

// zoneName is the reader's zone with its offset at that time.
export const zoneName = (at = Date.now()) => `${zone} (${offset(at).split(", ").pop().replace("GMT", "UTC")})`;

// moment is a time with the day where it is not today.
export const moment = (at) => (day(at) === day(Date.now()) ? clock(at) : `${day(at)} ${clock(at)}`);

// inZone writes the times in a message of the alerter in the reader's zone.
export const inZone = (text) => text.replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g, (_, date, time) => moment(ms(`${date}T${time}Z`)));

// lasting is a duration in words short enough for a list.
export function lasting(milliseconds) {
  const s = milliseconds / 1000;
  if (s < 60) return `${s.toFixed(s < 10 ? 1 : 0)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min${s < 600 && s % 60 >= 1 ? ` ${Math.floor(s % 60)} s` : ""}`;
  if (s < 172800) return `${Math.floor(s / 3600)} h${s % 3600 >= 60 ? ` ${Math.floor((s % 3600) / 60)} min` : ""}`;
  return `${Math.floor(s / 86400)} days`;
}

// ago is how long ago an instant was.
export function ago(at, now = Date.now()) {
  if (!Number.isFinite(at)) return "never";
  return now - at < 5000 ? "now" : `${lasting(Math.round((now - at) / 1000) * 1000)} ago`;
}

// local is an instant as an <input type="datetime-local"> wants it.
export function local(at) {
  const d = new Date(at);
  return new Date(at - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
