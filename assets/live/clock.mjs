/* What time it is for the page: the server's, not that of a device whose clock is wrong.

   An answer's Date says the server's second, which lies between asking and answering: each answer bounds by how much the
   two clocks differ, and the bounds narrow. A clock that is right within the bounds is left alone. */
const EXERCISE_MS = 2 * 86400000; // a plan that is older or younger than this at its publication is not of today
const WRONG_MS = 60000;

export class Clock {
  constructor() {
    this.low = -Infinity;
    this.high = Infinity;
    this.shift = 0;
  }

  learn(header, asked, answered) {
    const second = Date.parse(header || "");
    if (Number.isNaN(second)) return;
    const low = second - answered;
    const high = second + 1000 - asked;
    const apart = low > this.high || high < this.low; // somebody has set one of the clocks
    this.low = apart ? low : Math.max(this.low, low);
    this.high = apart ? high : Math.min(this.high, high);
  }

  get offset() {
    if (this.low <= 0 && this.high >= 0) return 0;
    return Math.round((this.low + this.high) / 2);
  }

  get wrong() {
    return Math.abs(this.offset) > WRONG_MS ? this.offset : 0;
  }

  server() {
    return Date.now() + this.offset;
  }

  /* A plan of another time, an exercise or a replay, runs on from its own time. */
  follow(asOf, publishedAt) {
    this.shift = shiftOf(asOf, publishedAt);
  }

  now() {
    return this.server() + this.shift;
  }
}

export function shiftOf(asOf, publishedAt) {
  const apart = Date.parse(asOf) - Date.parse(publishedAt);
  return Math.abs(apart) > EXERCISE_MS ? apart : 0;
}
