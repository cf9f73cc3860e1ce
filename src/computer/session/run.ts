/** What is true of a shell while it runs: where a command's output goes, whether Ctrl+C was pressed, when the thread last had a break. */
import type { FunctionDefinition } from './bash-ast.ts';
import { Frame } from './traps.ts';

/** Bits of `Run.sink`: which of a command's three streams are the terminal itself rather than a pipe, a file or a substitution. */
export const OUT = 1;
export const ERR = 2;
export const IN = 4;
/** A further bit of `Run.sink`: only the beginning of what the command prints is taken, as by `head`. */
export const PART = 8;
/** A further bit of `Run.sink`: a trap may have to be run when the command fails, so that nothing in it may end the shell by itself. */
export const WATCHED = 16;

/** How long a loop may keep the thread to itself, in real ms. */
const BREATH_EVERY = 15;

export class Run {
  /** For the command that runs now. just-bash runs one command at a time, so that one field is enough. */
  sink = 0;
  /** Cleared bit by bit by `exec > file`. */
  mask = OUT | ERR | IN | PART;
  /** A command that hands its own streams to the shell it starts (`bash -c`, `env`, `timeout`) sets this just before it does. */
  passesStreams = false;
  /** The pipeline that runs now was given only the beginning of a device that never ends. */
  endlessWasCut = false;
  interrupted = false;
  /** The shell process that runs now. */
  frame = Frame.first();
  /** The shell process that the list of statements belongs to; a stage of its pipelines has one of its own. */
  listFrame = this.frame;
  /** An error that ends the whole line in bash has happened, or one that ends a script. */
  discarded: 'line' | 'shell' | null = null;
  /** Files that the command that runs now redirects to, as they were written. */
  targets: readonly string[] = [];
  /** The arithmetic in it, as it was written. */
  arithmetic: readonly string[] = [];
  /** `set -x` has been run at least once. */
  mayTrace = false;
  /** `$!` */
  lastBackground: number | null = null;
  /** Functions by name, to define them again in a shell that replaces this one. */
  readonly functions = new Map<string, FunctionDefinition>();
  #lastBreath = performance.now();

  /** True when it is time to let the thread do something else. Real time on purpose: it is about the page, not about the world. */
  needsBreath(): boolean {
    return performance.now() - this.#lastBreath > BREATH_EVERY;
  }

  /** The thread has just been free. */
  rested(): void {
    this.#lastBreath = performance.now();
  }

  /** Lets messages in. */
  async breathe(): Promise<void> {
    await nextMacrotask();
    this.rested();
  }

  async breatheFor(turns: number): Promise<void> {
    for (let i = 0; i < turns; i++) await this.breathe();
  }
}

const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
const channel = setImmediate === undefined ? new MessageChannel() : undefined;
const waiting: (() => void)[] = [];
if (channel !== undefined) channel.port1.onmessage = () => waiting.shift()?.();

/** Browsers make nested timers wait for 4 ms, but not messages; Node delivers a channel's messages without a look at anything else. */
function nextMacrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate !== undefined) {
      setImmediate(resolve);
      return;
    }
    waiting.push(resolve);
    channel?.port2.postMessage(null);
  });
}
