/** What a runner does for a job: it gives a machine, and the machine runs the commands of the job's steps. */
import type { Computer } from '../../computer/contract.ts';
import type { JobMachine } from '../contract.ts';
import type { ShellUse } from './shells.ts';

export interface Runner {
  readonly labels: readonly string[];
  open(machine: JobMachine): Machine;
}

/** One job's machine; nothing of it outlives the job. */
export interface Machine {
  readonly computer: Computer;
  /** Runs a script to its end; resolves with its exit code, also after it was stopped through the signal. */
  run(command: ShellCommand): Promise<number>;
}

export interface ShellCommand {
  readonly shell: ShellUse;
  readonly script: string;
  /** Where the script is kept while it runs. */
  readonly scriptPath: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  onOutput(text: string): void;
}
