/** How the workbench writes numbers and times. One way for each, so that the same thing reads the same everywhere. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (n: number): string => String(n).padStart(2, '0');

/** The course's day number of a moment, counted from 1. Times in ms since the epoch; `epoch` is the start of day 1. */
export function dayNumber(at: number, epoch: number): number {
  return Math.floor((at - epoch) / DAY) + 1;
}

/** `14:06`: the virtual time of day. It does not depend on the reader's time zone. */
export function timeOfDay(at: number, epoch: number): string {
  const within = (((at - epoch) % DAY) + DAY) % DAY;
  return `${two(Math.floor(within / HOUR))}:${two(Math.floor((within % HOUR) / MINUTE))}`;
}

/** `Day 41, 14:06`. */
export function virtualTime(at: number, epoch: number): string {
  return `Day ${dayNumber(at, epoch)}, ${timeOfDay(at, epoch)}`;
}

/** `6 min 51 s`, `19 s`, `1 h 4 min`; below ten seconds with one decimal where it says something: `0.4 s`. */
export function duration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < 1000) return value === 0 ? '0 s' : `${(Math.ceil(value / 100) / 10).toFixed(1)} s`;
  const seconds = Math.round(value / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(value / MINUTE);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `7:40` or `1:02:11`, for columns of durations. */
export function clockDuration(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / SECOND);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `612 B`, `6.4 kB`, `2.1 MB`: powers of 1000, one decimal below 10 units. */
export function fileSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1 run`, `2 runs`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** The first seven digits of a commit id. */
export function shortId(id: string): string {
  return id.slice(0, 7);
}

/** `sha256:9f2c61d0`: a digest a person can compare. */
export function shortDigest(digest: string): string {
  const [algorithm, hex] = digest.split(':', 2);
  return hex === undefined ? digest.slice(0, 8) : `${algorithm}:${hex.slice(0, 8)}`;
}

/** `0.87`: a score between 0 and 1. Never rounded up to a limit that it does not reach: 0.7996 is `0.79`. */
export function score(value: number): string {
  return (Math.floor(value * 100 + 1e-9) / 100).toFixed(2);
}

/** `refs/heads/many-neighbours` as people say it. */
export function refName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags|remotes)\//, '');
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
