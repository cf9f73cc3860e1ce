import type { ResolvedCommandContext } from 'just-bash';
import type { FileSystem } from '../../computer/contract.ts';
import type { OriginRepository } from '../../forge/contract.ts';
import type { World } from '../world.ts';
import type { Arguments } from './flags.ts';

/** One call of `gh`: whose it is, where it is made, and what it says. */
export interface GhCall {
  readonly world: World;
  readonly origin: OriginRepository;
  readonly login: string;
  readonly args: Arguments;
  readonly context: ResolvedCommandContext;
  readonly files: FileSystem;
  /** True when a person reads what is printed; for a pipe, lists are tab-separated and without titles. */
  readonly terminal: boolean;
  readonly columns: number;
  /** The branch that is checked out in the folder of the call, or null. */
  branch(): string | null;
  out(text: string): void;
  err(text: string): void;
  /** Runs git in the folder of the call and prints what it says; gives its exit code. */
  git(...args: readonly string[]): Promise<number>;
  readonly now: number;
  /** Resolves when no run is queued or in progress that could go on. */
  runsEnd(): Promise<void>;
}

/** Ends a call; the message is printed as it is. */
export class GhError extends Error {
  override readonly name = 'GhError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A command below a noun: `gh pr list`. */
export interface GhCommand {
  readonly flags: string;
  /** What follows the command's name in a usage line. */
  readonly usage: string;
  run(call: GhCall): Promise<number | void> | number | void;
}

export type GhNoun = Readonly<Record<string, GhCommand>>;

/** The text of a `--body`, of the file that `--body-file` names (`-` is standard input), or null. */
export async function bodyOf(call: GhCall): Promise<string | null> {
  const file = call.args.value('body-file') ?? call.args.value('notes-file');
  if (file === null) return call.args.value('body') ?? call.args.value('notes');
  if (file === '-') return String(call.context.stdin);
  return readText(call, file);
}

async function readText(call: GhCall, path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(call, path));
}

export async function readBytes({ context }: GhCall, path: string): Promise<Uint8Array> {
  try {
    return await context.fs.readFileBuffer(context.fs.resolvePath(context.cwd, path));
  } catch {
    throw new GhError(`open ${path}: no such file or directory`);
  }
}

/** Titled columns for a person, values between tabs for a program. */
export function table(call: GhCall, titles: readonly string[], rows: readonly (readonly string[])[]): void {
  if (!call.terminal) {
    for (const row of rows) call.out(`${row.join('\t')}\n`);
    return;
  }
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((row) => (row[column] ?? '').length)));
  // The widest column gives way when the terminal is narrow.
  const over = widths.reduce((sum, width) => sum + width + 2, -2) - call.columns;
  const widest = widths.indexOf(Math.max(...widths));
  if (over > 0) widths[widest] = Math.max(12, widths[widest]! - over);
  for (const row of lines) {
    const cells = row.map((text, column) => (text.length > widths[column]! ? `${text.slice(0, widths[column]! - 3)}...` : text));
    call.out(
      `${cells
        .map((text, column) => text.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

const UNITS: readonly (readonly [string, number])[] = [
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** `about 3 minutes ago`. */
export function ago(call: GhCall, at: number): string {
  const past = Math.max(0, call.now - at);
  for (const [unit, ms] of UNITS) {
    const count = Math.floor(past / ms);
    if (count >= 1) return `about ${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'less than a minute ago';
}

/** `7m40s`, as gh writes durations. */
export function elapsed(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`;
}

/** A text as gh sets it below a title. */
export const indented = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

export const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** The number that an argument names: `12`, `#12`, or an address that ends in it; null when it is none. */
export function numberIn(text: string): number | null {
  const match = /^(?:#|https:\/\/\S+\/)?(\d+)\/?$/.exec(text);
  return match === null ? null : Number(match[1]);
}

/** Prints chosen fields as JSON when `--json` asks for it; true when it did. */
export function printJson<T>(call: GhCall, fields: Readonly<Record<string, (element: T) => unknown>>, elements: readonly T[] | T): boolean {
  if (!call.args.has('json')) return false;
  const wanted = call.args.list('json');
  const unknown = wanted.find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) {
    throw new GhError(
      `Unknown JSON field: "${unknown}"\nAvailable fields:\n${Object.keys(fields)
        .sort()
        .map((name) => `  ${name}`)
        .join('\n')}`,
    );
  }
  const pick = (element: T) => Object.fromEntries(wanted.toSorted().map((name) => [name, fields[name]!(element)]));
  const picked = Array.isArray(elements) ? (elements as readonly T[]).map(pick) : pick(elements as T);
  call.out(`${call.terminal ? JSON.stringify(picked, null, 2) : JSON.stringify(picked)}\n`);
  return true;
}
