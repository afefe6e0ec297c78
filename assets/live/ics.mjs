/* The test days of a zone as an iCalendar file, made in the browser. RFC 5545. */
import { addDays } from "./days.mjs";

const escape = (text) => String(text).replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");

/* Lines of at most 75 octets, cut between characters. */
function fold(line) {
  const encoder = new TextEncoder();
  const lines = [""];
  let octets = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > 74) {
      lines.push("");
      octets = 0;
    }
    lines[lines.length - 1] += character;
    octets += size;
  }
  return lines.join("\r\n ");
}

const day = (date) => date.replaceAll("-", "");

/* `events`: date, title, text; each a whole day. `stamp`: when what they say was published, ISO text in UTC. */
export function toCalendar({ id, name, url, stamp, events }) {
  const at = `${new Date(stamp).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cordon//Live//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", `X-WR-CALNAME:${escape(name)}`];
  for (const { date, kind, title, text } of events) {
    lines.push("BEGIN:VEVENT", `UID:${id}-${kind}-${date}@cordon`, `DTSTAMP:${at}`, `DTSTART;VALUE=DATE:${day(date)}`,
      `DTEND;VALUE=DATE:${day(addDays(date, 1))}`, `SUMMARY:${escape(title)}`, `DESCRIPTION:${escape(text)}`, `URL:${url}`, "TRANSP:TRANSPARENT", "END:VEVENT");
  }
  return [...lines, "END:VCALENDAR", ""].map(fold).join("\r\n");
}
