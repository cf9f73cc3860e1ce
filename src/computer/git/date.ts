/** Dates as git reads and writes them ("DATE FORMATS" in git-commit's documentation, `--date` in git-log's). */

export interface GitDate {
  /** Seconds since the epoch. */
  readonly time: number;
  /** `+0000`. */
  readonly zone: string;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const SECONDS: Readonly<Record<string, number>> = { second: 1, sec: 1, minute: 60, min: 60, hour: 3600, day: 86_400, week: 604_800 };

/** A date for a commit; null when it is none. `now` in ms. */
export function parseDate(text: string, now: number): GitDate | null {
  const raw = /^@?(\d{1,})\s+([-+]\d{4})$/.exec(text.trim()) ?? /^@(\d+)$/.exec(text.trim()) ?? /^(\d{9,})$/.exec(text.trim());
  if (raw) return { time: Number(raw[1]), zone: raw[2] ?? '+0000' };
  const absolute = parseAbsolute(text.trim(), now);
  return absolute?.complete ? { time: absolute.time, zone: absolute.zone } : null;
}

/** A date for `--since` and `@{…}`, where almost everything means something, as git's approxidate has it. Seconds. */
export function approximateDate(text: string, now: number): number {
  const exact = parseDate(text, now);
  if (exact) return exact.time;
  const seconds = Math.floor(now / 1000);
  if (/^(now)$/i.test(text.trim())) return seconds;
  if (/^(never|all)$/i.test(text.trim())) return /never/i.test(text) ? 0 : Number.MAX_SAFE_INTEGER;
  const absolute = parseAbsolute(text.trim(), now);
  if (absolute) return absolute.time;
  return parseRelative(text, seconds) ?? seconds;
}

function parseAbsolute(text: string, now: number): (GitDate & { readonly complete: boolean }) | null {
  const clock = /(?:^|[\sT])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(am|pm)?/i.exec(text);
  const iso = /(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})/.exec(text);
  const american = /(?<!\d)(\d{1,2})\/(\d{1,2})\/(\d{2,4})/.exec(text);
  const european = /(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{2,4})/.exec(text);
  const named =
    /(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\b(?:\s+(\d{1,2})(?:st|nd|rd|th)?(?![\d:]))?/i.exec(
      text,
    );
  const zoneMatch = /([-+])(\d{2}):?(\d{2})\b(?!.*[-+]\d{4})/.exec(text.replace(/\d{4}-\d{1,2}-\d{1,2}/, '')) ?? null;
  const utc = /\d\s*(Z|UTC|GMT)\b/.test(text);
  const zone = zoneMatch && clock ? `${zoneMatch[1]}${zoneMatch[2]}${zoneMatch[3]}` : '+0000';
  let [year, month, day]: (number | null)[] = [null, null, null];
  if (iso) [year, month, day] = [Number(iso[1]), Number(iso[2]), Number(iso[3])];
  else if (american) [month, day, year] = [Number(american[1]), Number(american[2]), fullYear(american[3] ?? '')];
  else if (european) [day, month, year] = [Number(european[1]), Number(european[2]), fullYear(european[3] ?? '')];
  else if (named) {
    month = MONTHS.findIndex((name) => name.toLowerCase().startsWith((named[2] ?? '').toLowerCase())) + 1;
    day = Number(named[1] ?? named[3] ?? 0) || null;
    const written = /\b(\d{4})\b(?!:)/.exec(text.replace(/[-+]\d{4}\b/, ''));
    year = written ? Number(written[1]) : null;
  } else return null;
  const current = new Date(now);
  year ??= current.getUTCFullYear();
  if (day === null || month < 1 || month > 12 || day > 31) return null;
  let hours = clock ? Number(clock[1]) : current.getUTCHours();
  if (clock?.[4]) hours = (hours % 12) + (/pm/i.test(clock[4]) ? 12 : 0);
  const minutes = clock ? Number(clock[2]) : current.getUTCMinutes();
  const seconds = clock ? Number(clock[3] ?? 0) : current.getUTCSeconds();
  const time = Date.UTC(year, month - 1, day, hours, minutes, seconds) / 1000 - offsetSeconds(zone);
  return {
    time,
    zone: utc ? '+0000' : zone,
    complete: clock !== null && (iso !== null || american !== null || european !== null || /\d{4}/.test(text)),
  };
}

function fullYear(text: string): number {
  const number = Number(text);
  return text.length > 2 ? number : number < 70 ? 2000 + number : 1900 + number;
}

function parseRelative(text: string, now: number): number | null {
  let time = now;
  let understood = false;
  let number: number | null = null;
  const words = text
    .toLowerCase()
    .split(/[\s.,]+/)
    .filter((word) => word !== '');
  for (const word of words) {
    const unit = word.replace(/s$/, '');
    const day = DAYS.findIndex(
      (name) => word.length >= 3 && name.toLowerCase().startsWith(unit.slice(0, 3)) && name.toLowerCase().startsWith(word),
    );
    if (/^\d+$/.test(word)) number = Number(word);
    else if (NUMBERS.includes(word)) number = NUMBERS.indexOf(word);
    else if (word === 'a' || word === 'an' || word === 'last') number = 1;
    else if (word === 'yesterday') [time, understood] = [time - 86_400, true];
    else if (word === 'today') understood = true;
    else if (word === 'noon' || word === 'midnight' || word === 'tea')
      [time, understood] = [atHour(time, { noon: 12, midnight: 0, tea: 17 }[word], now), true];
    else if (Object.hasOwn(SECONDS, unit)) [time, number, understood] = [time - (number ?? 1) * (SECONDS[unit] as number), null, true];
    else if (unit === 'month' || unit === 'year') {
      [time, number, understood] = [minusMonths(time, (number ?? 1) * (unit === 'year' ? 12 : 1)), null, true];
    } else if (day >= 0) {
      const weeks = Math.max(0, (number ?? 1) - 1);
      const distance = (new Date(time * 1000).getUTCDay() - day + 7) % 7 || 7;
      [time, number, understood] = [time - (distance + weeks * 7) * 86_400, null, true];
    } else if (/^\d{1,2}(am|pm)$/.test(word)) {
      [time, understood] = [atHour(time, (Number.parseInt(word, 10) % 12) + (word.endsWith('pm') ? 12 : 0), now), true];
    } else if (/^\d{1,2}:\d{2}(:\d{2})?$/.test(word)) {
      const [hours = 0, minutes = 0, seconds = 0] = word.split(':').map(Number);
      [time, understood] = [atHour(time, hours, Number.POSITIVE_INFINITY) + minutes * 60 + seconds, true];
    }
  }
  return understood ? time : null;
}

/** The hour of that day; the day before when it has not come yet. */
function atHour(time: number, hour: number, now: number): number {
  const midnight = time - (time % 86_400);
  const at = midnight + hour * 3600;
  return at > now ? at - 86_400 : at;
}

function minusMonths(time: number, months: number): number {
  const date = new Date(time * 1000);
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.getTime() / 1000;
}

function offsetSeconds(zone: string): number {
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(3, 5)) * 60);
}

/** A `--date` mode: `default`, `iso`, `short`, `relative`, `format:%Y`, …, each with `-local`. `now` in ms. */
export function formatDate(date: GitDate, mode: string, now: number): string {
  if (mode.endsWith('-local')) return formatDate({ time: date.time, zone: '+0000' }, mode.slice(0, -6), now);
  if (mode === 'local') return formatDate({ time: date.time, zone: '+0000' }, 'default', now).replace(/ \+0000$/, '');
  if (mode === 'relative') return relativeDate(date.time, Math.floor(now / 1000));
  if (mode === 'unix') return String(date.time);
  if (mode === 'raw') return `${date.time} ${date.zone}`;
  if (mode.startsWith('format:') || mode.startsWith('format-local:')) return strftime(date, mode.slice(mode.indexOf(':') + 1));
  const at = new Date((date.time + offsetSeconds(date.zone)) * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  const [weekday, month] = [(DAYS[at.getUTCDay()] ?? '').slice(0, 3), (MONTHS[at.getUTCMonth()] ?? '').slice(0, 3)];
  if (mode === 'short') return day;
  if (mode === 'iso' || mode === 'iso8601') return `${day} ${clock} ${date.zone}`;
  if (mode === 'iso-strict' || mode === 'iso8601-strict') return `${day}T${clock}${date.zone.slice(0, 3)}:${date.zone.slice(3)}`;
  if (mode === 'rfc' || mode === 'rfc2822') return `${weekday}, ${at.getUTCDate()} ${month} ${at.getUTCFullYear()} ${clock} ${date.zone}`;
  if (mode === 'human') return humanDate(date, at, now);
  return `${weekday} ${month} ${at.getUTCDate()} ${clock} ${at.getUTCFullYear()} ${date.zone}`;
}

/** The modes that `--date` knows. */
export function isDateMode(mode: string): boolean {
  return (
    /^(default|iso|iso8601|iso-strict|iso8601-strict|rfc|rfc2822|short|relative|raw|unix|human|local)(-local)?$/.test(mode) ||
    /^format(-local)?:/.test(mode)
  );
}

function humanDate(date: GitDate, at: Date, now: number): string {
  const age = Math.floor(now / 1000) - date.time;
  const today = new Date(now + offsetSeconds(date.zone) * 1000);
  const sameYear = at.getUTCFullYear() === today.getUTCFullYear();
  if (age >= 0 && age < 86_400 && at.getUTCDate() === today.getUTCDate()) return relativeDate(date.time, Math.floor(now / 1000));
  const [weekday, month] = [(DAYS[at.getUTCDay()] ?? '').slice(0, 3), (MONTHS[at.getUTCMonth()] ?? '').slice(0, 3)];
  const clock = `${String(at.getUTCHours()).padStart(2, '0')}:${String(at.getUTCMinutes()).padStart(2, '0')}`;
  if (sameYear && age >= 0 && age < 5 * 86_400) return `${weekday} ${clock}`;
  return sameYear ? `${weekday} ${month} ${at.getUTCDate()} ${clock}` : `${month} ${at.getUTCDate()} ${at.getUTCFullYear()}`;
}

/** `3 hours ago`, with the rounding that git has. */
function relativeDate(time: number, now: number): string {
  if (now < time) return 'in the future';
  const ago = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  let difference = now - time;
  if (difference < 90) return ago(difference, 'second');
  difference = Math.floor((difference + 30) / 60);
  if (difference < 90) return ago(difference, 'minute');
  difference = Math.floor((difference + 30) / 60);
  if (difference < 36) return ago(difference, 'hour');
  difference = Math.floor((difference + 12) / 24);
  if (difference < 14) return ago(difference, 'day');
  if (difference < 70) return ago(Math.floor((difference + 3) / 7), 'week');
  if (difference < 365) return ago(Math.floor((difference + 15) / 30), 'month');
  if (difference < 1825) {
    const months = Math.floor((difference * 12 * 2 + 365) / (365 * 2));
    const years = Math.floor(months / 12);
    const rest = months % 12;
    return rest === 0 ? ago(years, 'year') : `${years} year${years === 1 ? '' : 's'}, ${ago(rest, 'month')}`;
  }
  return ago(Math.floor((difference + 183) / 365), 'year');
}

function strftime(date: GitDate, format: string): string {
  const at = new Date((date.time + offsetSeconds(date.zone)) * 1000);
  const two = (value: number, fill = '0'): string => String(value).padStart(2, fill);
  const [weekday, month] = [DAYS[at.getUTCDay()] ?? '', MONTHS[at.getUTCMonth()] ?? ''];
  const dayOfYear =
    Math.floor((Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()) - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  const hours12 = at.getUTCHours() % 12 || 12;
  const fields: Readonly<Record<string, () => string>> = {
    Y: () => String(at.getUTCFullYear()),
    y: () => two(at.getUTCFullYear() % 100),
    C: () => two(Math.floor(at.getUTCFullYear() / 100)),
    m: () => two(at.getUTCMonth() + 1),
    d: () => two(at.getUTCDate()),
    e: () => two(at.getUTCDate(), ' '),
    H: () => two(at.getUTCHours()),
    I: () => two(hours12),
    M: () => two(at.getUTCMinutes()),
    S: () => two(at.getUTCSeconds()),
    p: () => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    j: () => String(dayOfYear).padStart(3, '0'),
    A: () => weekday,
    a: () => weekday.slice(0, 3),
    B: () => month,
    b: () => month.slice(0, 3),
    h: () => month.slice(0, 3),
    u: () => String(at.getUTCDay() || 7),
    w: () => String(at.getUTCDay()),
    z: () => date.zone,
    Z: () => (date.zone === '+0000' ? 'UTC' : ''),
    s: () => String(date.time),
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
    F: () => strftime(date, '%Y-%m-%d'),
    T: () => strftime(date, '%H:%M:%S'),
    R: () => strftime(date, '%H:%M'),
    D: () => strftime(date, '%m/%d/%y'),
    c: () => strftime(date, '%a %b %e %H:%M:%S %Y'),
    x: () => strftime(date, '%m/%d/%y'),
    X: () => strftime(date, '%H:%M:%S'),
    r: () => strftime(date, '%I:%M:%S %p'),
  };
  return format.replace(/%(.)/gs, (whole, letter: string) => fields[letter]?.() ?? whole);
}
