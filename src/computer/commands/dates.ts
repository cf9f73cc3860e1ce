/** Dates as GNU's `-d` takes them: a day, a time, and steps from there; all in UTC, which is this computer's time zone. */

const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  week: 7 * DAY,
  fortnight: 14 * DAY,
};
const DAYS: Readonly<Record<string, number>> = { yesterday: -1, tomorrow: 1 };
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** What has been read of a date so far. */
interface Moment {
  time: number;
  hasTime: boolean;
}

type Rule = readonly [pattern: RegExp, apply: (moment: Moment, found: RegExpExecArray) => void];

const midnight = (time: number): number => Math.floor(time / DAY) * DAY;

function onDay(moment: Moment, year: number, month: number, day: number): void {
  moment.time = Date.UTC(year, month, day) + (moment.hasTime ? moment.time % DAY : 0);
}

const RULES: readonly Rule[] = [
  [/^@(-?\d+)(?:\.\d+)?/, (moment, [, seconds]) => Object.assign(moment, { time: Number(seconds) * 1000, hasTime: true })],
  [
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:T(?=\d))?/i,
    (moment, [, year, month, day]) => onDay(moment, Number(year), Number(month) - 1, Number(day)),
  ],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4})/, (moment, [, month, day, year]) => onDay(moment, Number(year), Number(month) - 1, Number(day))],
  [/^(\d{4})(\d\d)(\d\d)(?!\d)/, (moment, [, year, month, day]) => onDay(moment, Number(year), Number(month) - 1, Number(day))],
  [
    /^(\d{1,2})\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+(\d{4})/i,
    (moment, [, day, month = '', year]) => onDay(moment, Number(year), MONTHS.indexOf(month.toLowerCase()), Number(day)),
  ],
  [
    /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+(\d{1,2})(?!:),?\s*(\d{4})?/i,
    (moment, [, month = '', day, year]) =>
      onDay(moment, Number(year ?? new Date(moment.time).getUTCFullYear()), MONTHS.indexOf(month.toLowerCase()), Number(day)),
  ],
  [
    /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(am|pm)?(?:\s*([-+])(\d\d):?(\d\d))?/i,
    (moment, [, hours, minutes, seconds, half = '', sign, zoneHours, zoneMinutes]) => {
      const hour = half === '' ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
      const zone = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
      moment.time = midnight(moment.time) + ((hour * 60 + Number(minutes) - zone) * 60 + Number(seconds ?? 0)) * 1000;
      moment.hasTime = true;
    },
  ],
  [/^(?:now|today)\b/i, () => {}],
  [/^(yesterday|tomorrow)\b/i, (moment, [, name = '']) => void (moment.time += DAYS[name.toLowerCase()]! * DAY)],
  [/^(?:midnight)\b/i, (moment) => void (moment.time = midnight(moment.time))],
  [/^noon\b/i, (moment) => void (moment.time = midnight(moment.time) + DAY / 2)],
  [
    /^(next|last|this|[-+]?\s*\d+|an?)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/i,
    (moment, [, count = '', unit = '', ago]) => step(moment, countOf(count) * (ago === undefined ? 1 : -1), unit.toLowerCase()),
  ],
  [
    /^(next\s+|last\s+)?(sun|mon|tue|wed|thu|fri|sat)[a-z]*\b,?/i,
    (moment, [, which = '', name = '']) => {
      const ahead = (WEEKDAYS.indexOf(name.toLowerCase()) - new Date(moment.time).getUTCDay() + 7) % 7;
      const days = /^last/i.test(which) ? ahead - 7 : /^next/i.test(which) && ahead === 0 ? 7 : ahead;
      moment.time = midnight(moment.time) + days * DAY;
    },
  ],
  [/^(?:utc|gmt|z)\b/i, () => {}],
];

function countOf(text: string): number {
  const words: Readonly<Record<string, number>> = { next: 1, last: -1, this: 0, a: 1, an: 1 };
  return words[text.toLowerCase()] ?? Number(text.replace(/\s/g, ''));
}

function step(moment: Moment, count: number, unit: string): void {
  const ms = UNITS[unit];
  if (ms !== undefined) {
    moment.time += count * ms;
    return;
  }
  const date = new Date(moment.time);
  const months = unit === 'year' ? count * 12 : count;
  moment.time = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate()) + (moment.time - midnight(moment.time));
}

/** ms since the epoch of what `text` names at `now`; null where it is no date. */
export function parseDate(text: string, now: number): number | null {
  // A day without a time is its midnight; words like `yesterday` keep the time that it is.
  const moment: Moment = { time: now, hasTime: false };
  let rest = text.trim();
  while (rest !== '') {
    const rule = RULES.find(([pattern]) => pattern.test(rest));
    if (rule === undefined) return null;
    const found = rule[0].exec(rest)!;
    rule[1](moment, found);
    rest = rest.slice(found[0].length).trim();
  }
  return Number.isNaN(moment.time) ? null : text.trim() === '' ? midnight(now) : moment.time;
}
