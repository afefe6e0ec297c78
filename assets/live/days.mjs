/* Days and moments in the time zone of the snapshot, whatever zone the browser is in. Moments are milliseconds. */
const DAY_MS = 86400000;
const formats = new Map();

function partsOf(at, zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    }));
  }
  return Object.fromEntries(formats.get(zone).formatToParts(at).map(({ type, value }) => [type, value]));
}

/* Throws a RangeError where the browser does not know the zone. */
export function dateOf(at, zone) {
  const { year, month, day } = partsOf(at, zone);
  return `${year}-${month}-${day}`;
}

export function timeOf(at, zone) {
  const { hour, minute } = partsOf(at, zone);
  return `${hour}:${minute}`;
}

export function addDays(date, n) {
  return new Date(Date.parse(date) + n * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/* The first moment of a local date; by halving, since a day may begin at 01:00 where clocks are put forward. */
export function startOfDay(date, zone) {
  let low = Date.parse(date) - 16 * 3600000;
  let high = low + 32 * 3600000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dateOf(middle, zone) < date) low = middle;
    else high = middle;
  }
  return high;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function sayDay(date, lang) {
  const [year, month, day] = date.split("-").map(Number);
  void year;
  return lang === "zh" ? `${month}月${day}日` : `${day} ${MONTHS[month - 1]}`;
}

/* 3月16日 08:30, 16 Mar 08:30; a midnight is 24时 of the day that it ends. */
export function sayMoment(at, zone, lang) {
  const time = timeOf(at, zone);
  if (time !== "00:00") return `${sayDay(dateOf(at, zone), lang)} ${time}`;
  const before = sayDay(dateOf(at - 1, zone), lang);
  return lang === "zh" ? `${before}24时` : `${before} 24:00`;
}

export function weekday(date, lang) {
  return new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en", { weekday: "short", timeZone: "UTC" }).format(Date.parse(date));
}
