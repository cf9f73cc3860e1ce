/** A job's log as rows of one height each: steps, groups and lines, with what is folded left out. */
import type { JobRun, LogLine, StepRun } from '../../pipelines/contract.ts';
import { plainText } from './ansi.ts';

/** One line with its number in the step, counted from 1. Markers of groups have a number too, as the real services count. */
export interface NumberedLine {
  readonly line: LogLine;
  readonly number: number;
  /** Index of the innermost group that holds it, or -1. */
  readonly group: number;
}

export interface LogGroup {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly hasError: boolean;
}

export interface StepLog {
  readonly step: StepRun;
  readonly lines: readonly NumberedLine[];
  readonly groups: readonly LogGroup[];
  readonly errors: readonly number[];
}

export type LogRow =
  | { readonly kind: 'step'; readonly key: string; readonly step: StepLog; readonly open: boolean }
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly step: StepLog;
      readonly group: number;
      readonly number: number;
      readonly open: boolean;
    }
  | { readonly kind: 'line'; readonly key: string; readonly step: StepLog; readonly entry: NumberedLine };

/** What the reader has unfolded or folded; absent means the default. */
export interface Folds {
  readonly steps: ReadonlyMap<number, boolean>;
  readonly groups: ReadonlyMap<string, boolean>;
}

/** Splits a job's lines by step and finds groups and errors. Lines keep their order. */
export function stepLogs(job: JobRun, lines: readonly LogLine[]): readonly StepLog[] {
  const byStep = new Map<number, LogLine[]>();
  for (const line of lines) {
    const list = byStep.get(line.step);
    if (list) list.push(line);
    else byStep.set(line.step, [line]);
  }
  return job.steps.map((step) => stepLog(step, byStep.get(step.number) ?? []));
}

function stepLog(step: StepRun, lines: readonly LogLine[]): StepLog {
  const numbered: NumberedLine[] = [];
  const groups: { title: string; from: number; to: number; hasError: boolean }[] = [];
  const errors: number[] = [];
  let open = -1;
  lines.forEach((line, index) => {
    if (line.kind === 'group') {
      open = groups.push({ title: plainText(line.text), from: index, to: index, hasError: false }) - 1;
      return;
    }
    if (line.kind === 'endgroup') {
      open = -1;
      return;
    }
    const group = groups[open];
    if (group) group.to = index;
    if (line.kind === 'error') {
      errors.push(numbered.length);
      if (group) group.hasError = true;
    }
    numbered.push({ line, number: index + 1, group: open });
  });
  return { step, lines: numbered, groups, errors };
}

/** A step stands open by default when it failed or is running. */
function stepOpenByDefault(step: StepRun): boolean {
  return step.status === 'in_progress' || step.outcome === 'failure' || step.conclusion === 'failure';
}

export function isStepOpen(step: StepRun, folds: Folds): boolean {
  return folds.steps.get(step.number) ?? stepOpenByDefault(step);
}

export const groupKey = (step: number, group: number): string => `${step}:${group}`;

/** A group stands open by default when something in it failed. */
export function isGroupOpen(log: StepLog, group: number, folds: Folds): boolean {
  return folds.groups.get(groupKey(log.step.number, group)) ?? log.groups[group]?.hasError ?? true;
}

/** The rows to draw, in order. */
export function logRows(logs: readonly StepLog[], folds: Folds): readonly LogRow[] {
  const rows: LogRow[] = [];
  for (const log of logs) {
    const open = isStepOpen(log.step, folds);
    rows.push({ kind: 'step', key: `s${log.step.number}`, step: log, open });
    if (!open) continue;
    let drawn = -1;
    for (const entry of log.lines) {
      drawn = pushGroups(rows, log, folds, drawn, entry.number - 1);
      if (entry.group < 0 || isGroupOpen(log, entry.group, folds))
        rows.push({ kind: 'line', key: `l${log.step.number}:${entry.number}`, step: log, entry });
    }
    pushGroups(rows, log, folds, drawn, Number.POSITIVE_INFINITY);
  }
  return rows;
}

/** Pushes the headers of groups that begin before the line at `index`; gives the last one drawn. */
function pushGroups(rows: LogRow[], log: StepLog, folds: Folds, drawn: number, index: number): number {
  let last = drawn;
  for (let next = last + 1; next < log.groups.length; next += 1) {
    const group = log.groups[next];
    if (!group || group.from >= index) break;
    rows.push({
      kind: 'group',
      key: `g${log.step.number}:${next}`,
      step: log,
      group: next,
      number: group.from + 1,
      open: isGroupOpen(log, next, folds),
    });
    last = next;
  }
  return last;
}

/** A place in a job's log. */
export interface LinePlace {
  readonly step: number;
  readonly index: number;
}

/** Every error of a job in order: what E and Shift+E walk through. */
export function errorPlaces(logs: readonly StepLog[]): readonly LinePlace[] {
  return logs.flatMap((log) => log.errors.map((index) => ({ step: log.step.number, index })));
}

/** Lines whose text holds the words, without regard to case. */
export function searchLog(logs: readonly StepLog[], words: string): readonly LinePlace[] {
  const wanted = words.toLowerCase();
  if (wanted === '') return [];
  return logs.flatMap((log) =>
    log.lines.flatMap((entry, index) =>
      plainText(entry.line.text).toLowerCase().includes(wanted) ? [{ step: log.step.number, index }] : [],
    ),
  );
}

/** The log as a text file: steps as headings, group titles marked, colours removed. */
export function logText(logs: readonly StepLog[]): string {
  const parts: string[] = [];
  for (const log of logs) {
    parts.push(`=== ${log.step.number}. ${log.step.name} (${log.step.conclusion ?? log.step.status})`);
    let drawn = -1;
    for (const entry of log.lines) {
      while (entry.group > drawn) {
        drawn += 1;
        parts.push(`--- ${log.groups[drawn]?.title ?? ''}`);
      }
      parts.push(plainText(entry.line.text));
    }
  }
  return `${parts.join('\n')}\n`;
}
