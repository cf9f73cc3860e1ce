/** Who uses the phone when: a seeded pure function of virtual time, so that the same world always meets the same users. */

const HOUR = 3_600_000;

/** Users an hour by hour of the day (UTC): people photograph leaves in daylight, most of them in the afternoon. */
const USERS_BY_HOUR = [2, 1, 1, 1, 2, 4, 9, 15, 20, 25, 29, 31, 32, 34, 36, 37, 35, 31, 26, 20, 13, 8, 5, 3] as const;

export interface Visit {
  /** Virtual ms since the epoch. */
  readonly at: number;
  /** Index of the photo that this user takes. */
  readonly photo: number;
}

/** The visits of the hour that begins at `hour` (ms, a multiple of an hour), in order of time. */
export function visitsOf(hour: number, photos: number): readonly Visit[] {
  const random = mulberry32(Math.floor(hour / HOUR));
  const usual = USERS_BY_HOUR[new Date(hour).getUTCHours()] ?? 0;
  const count = Math.max(1, Math.round(usual * (0.85 + 0.3 * random())));
  return Array.from({ length: count }, () => ({ at: hour + Math.floor(random() * HOUR), photo: Math.floor(random() * photos) })).sort(
    (a, b) => a.at - b.at || a.photo - b.photo,
  );
}

/** Hours (their starts) that overlap the span from `from` to `to`, both in ms. */
export function hoursBetween(from: number, to: number): readonly number[] {
  const first = Math.floor(from / HOUR) * HOUR;
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / HOUR)) }, (_, i) => first + i * HOUR);
}

/** The mulberry32 generator (Tommy Ettinger, public domain): 32 bits of state, good enough to pick photos. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
