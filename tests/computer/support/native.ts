import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { computerWith, Terminal } from './terminal.ts';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** Whether this machine has a program to compare with. */
export const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

/** Runs scripts on this machine's bash, each in a folder of its own that both sides know as the home. */
export class NativeBash {
  readonly #scratch = mkdtempSync(join(tmpdir(), 'plumbline-bash-'));

  run(script: string, n: number): Outcome {
    const folder = join(this.#scratch, String(n));
    const file = join(this.#scratch, `${n}.sh`);
    writeFileSync(file, `${script}\n`);
    const { stdout, stderr, status } = spawnSync('bash', ['-c', `mkdir ${folder}; cd ${folder}; exec bash -e ${file}`], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8' },
    });
    const placed = (text: string) => text.replaceAll(file, 'bash').replaceAll(folder, '/home/you');
    return { stdout: placed(stdout), stderr: placed(stderr), exitCode: status };
  }

  dispose(): void {
    rmSync(this.#scratch, { recursive: true });
  }
}

/** Runs a script in a fresh computer. */
export async function onOurs(script: string): Promise<Outcome> {
  const terminal = new Terminal(computerWith());
  const { stdout, stderr, exitCode } = await terminal.script(script);
  terminal.session.close();
  return { stdout, stderr, exitCode };
}
