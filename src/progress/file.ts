/** Progress as a file that a learner carries from one machine to another. Loaded only when a file is written or read. */
import * as z from 'zod/mini';
import { mergeEvents, type ProgressEvent } from './progress.ts';

const time = z.number().check(z.gte(0), z.lte(8.64e15));
const name = z.string().check(z.minLength(1), z.maxLength(200));

const event = z.object({
  what: z.enum(['started', 'checked', 'completed', 'hint-shown', 'solution-shown', 'reset']),
  exercise: name,
  check: z.nullable(name),
  status: z.nullable(z.enum(['holds', 'pending', 'fails', 'unknown'])),
  attempts: z.int().check(z.gte(0)),
  durationMs: z.number().check(z.gte(0)),
  at: time,
});

const progressFile = z.object({
  format: z.literal('plumbline-progress'),
  version: z.literal(1),
  exportedAt: z.string(),
  events: z.array(event).check(z.maxLength(200_000)),
});

export type ProgressFile = z.infer<typeof progressFile>;

/** What reading a file came to: its events, or a sentence that says what is wrong with it and what to do. */
export type FileResult =
  { readonly ok: true; readonly events: readonly ProgressEvent[] } | { readonly ok: false; readonly message: string };

/** The learner's history as the text of a file. `now` is wall time in ms. */
export function writeProgressFile(events: readonly ProgressEvent[], now: number): { readonly name: string; readonly text: string } {
  const exportedAt = new Date(now).toISOString();
  const file: ProgressFile = {
    format: 'plumbline-progress',
    version: 1,
    exportedAt,
    events: mergeEvents(events).map((kept) => ({ ...kept })),
  };
  return { name: `plumbline-progress-${exportedAt.slice(0, 10)}.json`, text: `${JSON.stringify(file, null, 1)}\n` };
}

/** Reads such a file. Nothing is taken from a damaged one: half a history would look like progress lost. */
export function readProgressFile(text: string): FileResult {
  if (text.startsWith('PK') || text.includes('\u0000') || text.startsWith('\u001f')) {
    return refuse('It is not a file of progress. A world that “Take home” saved is imported in its lesson, under “Take home”, too.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(
      `It is not readable as JSON: ${placed(text, error)}. The file may have been cut off on its way; export it again and import that one.`,
    );
  }
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 'plumbline-progress') {
    return refuse(
      'It is not a progress file of this course. Choose the file named plumbline-progress-….json that “Export progress” saved.',
    );
  }
  if ('version' in value && typeof value.version === 'number' && value.version > 1) {
    return refuse(
      `It was written by a newer Plumbline (format ${value.version}, this page reads 1). Reload this page to update it, or import the file there.`,
    );
  }
  const result = progressFile.safeParse(value);
  if (result.success) return { ok: true, events: mergeEvents(result.data.events) };
  return refuse(`${describe(result.error.issues[0])} Nothing was imported. Export the file again and import that one.`);
}

const refuse = (why: string): FileResult => ({ ok: false, message: `This file could not be imported. ${why}` });

function describe(issue: z.core.$ZodIssue | undefined): string {
  const path = issue?.path ?? [];
  if (path[0] === 'events' && typeof path[1] === 'number') {
    const field = path[2] === undefined ? '' : `, field “${String(path[2])}”`;
    return `Entry ${path[1] + 1}${field} has a value that this course never writes.`;
  }
  return path.length > 0 ? `Its field “${String(path[0])}” is missing or has a wrong value.` : 'Its contents have the wrong shape.';
}

/** Where JSON stopped being readable, as `line:column` where the engine tells the position. */
function placed(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
