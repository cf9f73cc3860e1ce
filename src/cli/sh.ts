import { createComputer } from '../computer/computer.ts';
import type { FileSystem } from '../computer/contract.ts';
import { parseShell } from '../computer/session/syntax.ts';
import type { FileTree, Platform } from '../platform/platform.ts';
import { VirtualClock } from '../world/clock.ts';
import { statementsOf } from '../world/statements.ts';

export interface ScriptRun {
  /** Of the last command line, or of `exit`. */
  readonly exitCode: number;
  readonly commands: readonly CommandRun[];
}

/** One top-level command line: a statement with all of its lines, as a prompt would run it. */
export interface CommandRun {
  readonly line: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface ScriptOptions {
  readonly platform: Platform;
  readonly script: string;
  /** What lies in the working directory beforehand, with its root at `/`. */
  readonly files: FileTree;
  /** Of the calling process: identity, dates and time zone are taken from it, nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The time that the computer's clock begins at, ms since the epoch. */
  readonly now: number;
  onOutput(stream: 'stdout' | 'stderr', text: string): void;
}

const USER = { name: 'You', login: 'you', email: 'you@fieldleaf.test' };
const FOLDER = '/home/you/work';

/** Runs a script in a fresh computer as bash runs one from its standard input; gives what each command line did, and the working directory. */
export async function runScript(options: ScriptOptions): Promise<ScriptRun & { readonly folder: FileTree }> {
  const { platform, script, env, now, onOutput } = options;
  const computer = createComputer({ clock: new VirtualClock(now), python: platform.python, user: USER, hostname: 'fieldleaf' });
  await computer.files.mkdir(FOLDER, { recursive: true });
  computer.files.load(options.files.map((entry) => ({ ...entry, path: FOLDER + entry.path })));
  const heard = { stdout: '', stderr: '' };
  const hear = (stream: 'stdout' | 'stderr', text: string) => {
    heard[stream] += text;
    onOutput(stream, text);
  };
  const session = computer.session({ cwd: FOLDER, env: environment(env), interactive: false, onOutput: hear });
  const commands: CommandRun[] = [];
  const ended = (line: string, exitCode: number) => commands.push({ line, ...heard, exitCode });
  try {
    for (const { text, line } of statementsOf(script, (text) => session.needsMore(text))) {
      heard.stdout = heard.stderr = '';
      const parsed = parseShell(text);
      if (parsed.kind !== 'complete') {
        // Whatever follows cannot be told apart any more: bash stops here too.
        hear('stderr', `bash: line ${line + parsed.line - 1}: ${parsed.message}\n`);
        ended(text, 2);
        break;
      }
      const { exitCode, exited } = await session.run(text);
      ended(text, exitCode);
      if (exited === true) break;
    }
  } finally {
    session.close();
  }
  return { exitCode: commands.at(-1)?.exitCode ?? 0, commands, folder: folderOf(computer.files) };
}

function environment(env: ScriptOptions['env']): Record<string, string> {
  const taken = Object.entries(env).filter(([name]) => name === 'TZ' || /^GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)$/.test(name));
  return Object.fromEntries(taken.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function folderOf(files: FileSystem): FileTree {
  if (!files.existsSync(FOLDER)) return [];
  return files
    .tree(FOLDER)
    .flatMap((entry) => (entry.path.startsWith(`${FOLDER}/`) ? [{ ...entry, path: entry.path.slice(FOLDER.length) }] : []));
}
