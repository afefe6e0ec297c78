/* Days as the page says them: 16 Mar, 3月16日; ISO texts in, for a day has no time zone. */
import { page } from "./page.mjs";

const DAY_MS = 86400000;

export function sayDay(day, lang = page.view.lang) {
  const at = new Date(`${day}T00:00:00Z`);
  if (lang === "zh") return `${at.getUTCMonth() + 1}月${at.getUTCDate()}日`;
  return `${at.getUTCDate()} ${at.toLocaleString("en", { month: "short", timeZone: "UTC" })}`;
}

export function addDays(day, n) {
  return new Date(Date.parse(day) + n * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}
