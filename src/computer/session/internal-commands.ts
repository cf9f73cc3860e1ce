/** Commands that only the session's own trees call. */
import type { CustomCommand, ExecResult } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { CommandHost } from '../commands/host.ts';
import { resolvePath } from '../files/path.ts';
import { COMPLAIN_COMMAND, LOAD_COMMAND, PROMPT_COMMAND, RUN_FILE_COMMAND, WORDS_COMMAND, type Exchange } from './choreography.ts';
import type { ShellState } from './live-shell.ts';
import { LOOK_COMMAND, STATUS_COMMAND } from './trapping.ts';

/** How a waiting shell and the session talk. */
export interface Handover {
  /** Called after each line. */
  saved(state: ShellState & { readonly pipeStatus: readonly number[]; readonly lastArgument: string }): void;
  /** What `$?` and PIPESTATUS are when the next line begins. */
  status: number;
  pipeStatus: readonly number[];
  nextLine(): Promise<void>;
}

const SCRIPT_TYPES = /^#!\s*(?:\/usr)?\/bin\/(?:env\s+)?(\S+)/;

export function internalCommands(host: CommandHost, exchange: Exchange, handover: Handover): readonly CustomCommand[] {
  return [
    defineCommand('__save', async (args, ctx) => {
      const env: Record<string, string> = {};
      for (const [name, value] of ctx.env) if (/^[A-Za-z_]/.test(name)) env[name] = value;
      handover.saved({
        cwd: ctx.cwd,
        env,
        exported: { ...ctx.exportedEnv },
        status: statusOf(ctx.env),
        pipeStatus: args.slice(0, -1).map(Number),
        lastArgument: args.at(-1) ?? '',
      });
      return exit(0);
    }),
    defineCommand('__restore', async () => ({ ...exit(handover.status), internalPipeStatusOverride: [...handover.pipeStatus] })),
    defineCommand(WORDS_COMMAND, async (args, ctx) => {
      exchange.words = args;
      return exit(statusOf(ctx.env));
    }),
    defineCommand(LOOK_COMMAND, async (args, ctx) => {
      const options = (ctx.env.get('SHELLOPTS') ?? '').split(':');
      const codes = args[0] === 'exit' ? args.slice(1) : args;
      exchange.look = {
        status: statusOf(ctx.env),
        pipeStatus: codes.map((code) => (/^[-+]?\d+$/.test(code) ? Number(code) : NaN)),
        errexit: options.includes('errexit'),
        xtrace: options.includes('xtrace'),
      };
      return exit(statusOf(ctx.env));
    }),
    defineCommand(STATUS_COMMAND, async ([status, ...pipeStatus]) => ({
      ...exit(Number(status)),
      internalPipeStatusOverride: pipeStatus.map(Number),
    })),
    defineCommand(COMPLAIN_COMMAND, async ([status = '2']) => ({ ...exit(Number(status)), stderr: exchange.complaint })),
    defineCommand(PROMPT_COMMAND, async (args, ctx) => {
      const at = args.findIndex((arg) => /^-[a-zA-Z]*p/.test(arg));
      const attached = /^-[a-zA-Z]*?p(.+)$/.exec(args[at] ?? '')?.[1];
      host.write('stderr', attached ?? args[at + 1] ?? '');
      return exit(statusOf(ctx.env));
    }),
    defineCommand(LOAD_COMMAND, async ([name = ''], ctx) => {
      exchange.loaded = null;
      const candidates = name.includes('/') ? [] : (ctx.env.get('PATH') ?? '').split(':').map((directory) => `${directory}/${name}`);
      for (const candidate of [...candidates, name]) {
        const path = resolvePath(ctx.cwd, candidate);
        if (!(await ctx.fs.exists(path)) || (await ctx.fs.stat(path)).isDirectory) continue;
        exchange.loaded = { path: name, text: await ctx.fs.readFile(path) };
        return exit(0);
      }
      return { ...exit(1), stderr: `bash: ${name}: No such file or directory\n` };
    }),
    defineCommand(RUN_FILE_COMMAND, async ([name = '', ...args], ctx) => {
      const path = resolvePath(ctx.cwd, name);
      if (!(await ctx.fs.exists(path))) return { ...exit(127), stderr: `bash: ${name}: No such file or directory\n` };
      const stat = await ctx.fs.stat(path);
      if (stat.isDirectory) return { ...exit(126), stderr: `bash: ${name}: Is a directory\n` };
      if ((stat.mode & 0o111) === 0) return { ...exit(126), stderr: `bash: ${name}: Permission denied\n` };
      const program = /^\/(?:usr\/)?bin\/[^/]+$/.test(path) ? path.slice(path.lastIndexOf('/') + 1) : null;
      const interpreter = program === null ? (SCRIPT_TYPES.exec((await ctx.fs.readFile(path)).slice(0, 200))?.[1] ?? 'bash') : null;
      const words = program === null ? [interpreter!, name, ...args] : [program, ...args];
      if (ctx.exec === undefined) return exit(126);
      host.passStreams();
      return ctx.exec(words[0]!, {
        cwd: ctx.cwd,
        env: { ...ctx.exportedEnv },
        replaceEnv: true,
        args: words.slice(1),
        stdin: ctx.stdin as unknown as string,
        stdinKind: 'bytes',
        ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
      });
    }),
  ];
}

const exit = (exitCode: number): ExecResult => ({ stdout: '', stderr: '', exitCode });

function statusOf(env: ReadonlyMap<string, string>): number {
  return Number(env.get('?') ?? '0');
}
