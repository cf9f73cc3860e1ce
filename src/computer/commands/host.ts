/** What a command of ours may ask of the session that runs it. */
import type { Clock, OutputStream, PackageIndex, PythonHost } from '../../platform/platform.ts';
import type { ComputerOptions, FileSystem } from '../contract.ts';
import type { Ports } from '../network/ports.ts';

export interface CommandHost {
  readonly files: FileSystem;
  readonly clock: Clock;
  /** Sleeps for so many ms of virtual time, or until the limit that `limited` set: then the shells within it end. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Gives what runs in `work` so many ms of virtual time; says whether that was too little. */
  limited<T>(ms: number, work: () => Promise<T>): Promise<{ readonly result: T; readonly timedOut: boolean }>;
  readonly python: PythonHost;
  readonly user: ComputerOptions['user'];
  readonly hostname: string;
  readonly services: Ports;
  readonly packageIndex: PackageIndex | undefined;
  readonly interactive: boolean;
  /** Terminal width in characters. */
  readonly columns: number;
  /** Which streams of the command that runs now are the terminal itself. Ask before the first await. */
  streams(): { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Writes to the terminal at once. */
  write(stream: OutputStream, text: string): void;
  /**
   * The next line that the person types, without its newline; null at the end of input and after Ctrl+C. Once `unwanted` is aborted, the
   * line is for whoever reads next.
   */
  readLine(unwanted?: AbortSignal): Promise<string | null>;
  /** What the person has typed and nobody has read yet, as text. */
  takeTyped(): string;
  /** Aborted by Ctrl+C, with the reason `'interrupted'`, and by the end of the session, with `'closed'`. */
  signal(): AbortSignal;
  /** Until the command ends, Ctrl+C first asks `catcher`; where that answers true, the line goes on. Null gives it back. */
  catchInterrupt(catcher: (() => boolean) | null): void;
  /** Ctrl+C, as if the person had pressed it: the whole line ends. */
  interrupt(): void;
  /** The shell that the command starts next writes where the command itself would. */
  passStreams(): void;
  /** Whether this pipeline was given only the beginning of a device that never ends. */
  endlessWasCut(): boolean;
  /** What was run in the session, oldest first. */
  history(): readonly string[];
  clearHistory(): void;
  openFile: ((path: string) => void) | undefined;
}
