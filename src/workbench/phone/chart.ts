/** Measures of the chart of users per hour. Pure arithmetic; the component draws. */
import type { Deployment, ServedHour } from '../../cloud/contract.ts';

const HOUR = 3_600_000;

export interface ChartBar {
  readonly hour: ServedHour;
  readonly x: number;
  readonly width: number;
  /** Heights above and below the line, in px. */
  readonly up: number;
  readonly down: number;
}

export interface ChartMark {
  readonly deployment: Deployment;
  readonly x: number;
  /** Row of its label, 0 at the top; labels that would touch stand in different rows. */
  readonly row: number;
  /** Whether the label stands left of the line, near the right edge. */
  readonly left: boolean;
}

export interface Chart {
  readonly bars: readonly ChartBar[];
  readonly marks: readonly ChartMark[];
  /** Values with their distance from the line; negative ones are below it. */
  readonly ticks: readonly { readonly value: number; readonly y: number }[];
  readonly days: readonly { readonly x: number; readonly day: number }[];
  /** The line between served well and badly. */
  readonly zero: number;
}

export interface ChartRoom {
  readonly width: number;
  /** Height of the bars' area. */
  readonly height: number;
  /** Room a label needs, in px. */
  readonly label: number;
  readonly epoch: number;
}

/** A round step that gives about three ticks up to `most`. */
export function tickStep(most: number): number {
  const rough = Math.max(1, most) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  return Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? power);
}

/** As many of the last hours as have room at 7 px each. */
export function hoursShown(hours: readonly ServedHour[], width: number): readonly ServedHour[] {
  return hours.slice(-Math.max(12, Math.min(96, Math.floor(width / 7))));
}

export function chartOf(hours: readonly ServedHour[], deployments: readonly Deployment[], room: ChartRoom): Chart {
  const first = hours[0];
  if (first === undefined) return { bars: [], marks: [], ticks: [], days: [], zero: room.height };
  const slot = room.width / hours.length;
  const most = Math.max(1, ...hours.map((hour) => hour.well));
  const least = Math.max(0, ...hours.map((hour) => hour.badly));
  const unit = room.height / (most * 1.04 + least);
  const zero = most * 1.04 * unit;
  const x = (at: number): number => ((at - first.at) / HOUR) * slot;
  const step = tickStep(Math.max(most, least));
  const ticks: { value: number; y: number }[] = [];
  for (let value = step; value <= most; value += step) ticks.push({ value, y: zero - value * unit });
  for (let value = step; value <= least; value += step) ticks.push({ value: -value, y: zero + value * unit });
  return {
    bars: hours.map((hour, index) => ({
      hour,
      x: index * slot,
      width: Math.max(1, slot - (slot > 5 ? 1 : 0.5)),
      up: hour.well * unit,
      down: hour.badly * unit,
    })),
    marks: marksOf(
      deployments.filter((one) => one.liveAt >= first.at),
      x,
      room,
    ),
    ticks,
    days: daysOf(hours, room.epoch, x),
    zero,
  };
}

function marksOf(deployments: readonly Deployment[], x: (at: number) => number, room: ChartRoom): readonly ChartMark[] {
  const ends: number[] = [];
  return [...deployments]
    .sort((a, b) => a.liveAt - b.liveAt)
    .map((deployment) => {
      const at = Math.min(room.width, x(deployment.liveAt));
      const left = at + room.label > room.width;
      const from = left ? at - room.label : at;
      let row = ends.findIndex((end) => end <= from);
      if (row < 0) row = ends.length;
      ends[row] = from + room.label + 8;
      return { deployment, x: at, row, left };
    });
}

function daysOf(hours: readonly ServedHour[], epoch: number, x: (at: number) => number): readonly { x: number; day: number }[] {
  const day = (at: number): number => Math.floor((at - epoch) / (24 * HOUR)) + 1;
  return hours.flatMap((hour, index) => {
    const before = hours[index - 1];
    return before && day(before.at) === day(hour.at) ? [] : [{ x: x(hour.at), day: day(hour.at) }];
  });
}

/** Share of users served well over some hours, 0 to 1, or null when nobody came. */
export function shareWell(hours: readonly ServedHour[]): number | null {
  const well = hours.reduce((sum, hour) => sum + hour.well, 0);
  const all = well + hours.reduce((sum, hour) => sum + hour.badly, 0);
  return all === 0 ? null : well / all;
}

/** The winner's votes and all votes; whole numbers where the model counts neighbours. */
export function votesOf(
  votes: Readonly<Record<string, number>>,
  species: string,
): { readonly won: number; readonly all: number; readonly whole: boolean } {
  const values = Object.values(votes);
  const all = values.reduce((sum, value) => sum + value, 0);
  return { won: votes[species] ?? 0, all, whole: values.every(Number.isInteger) };
}
