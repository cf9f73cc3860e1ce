/** `jobs`, `wait`, `fg`, `kill` and their like, and the two commands that leave another one running. */
import type { CustomCommand, ExecResult, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { CommandHost } from '../commands/host.ts';
import { failed, printed } from '../commands/result.ts';
import type { Background, BackgroundJob, Departure } from './background.ts';
import { ARRIVE_COMMAND, DEPART_COMMAND, WAIT_COMMAND, type Exchange } from './choreography.ts';
import type { Job } from './job.ts';
import type { Run } from './run.ts';

/** What a shell hands over to one that goes on in the background. */
export interface Belongings {
  readonly cwd: string;
  readonly exported: Readonly<Record<string, string>>;
  readonly aliases: Readonly<Record<string, string>>;
  /** Commands that set its variables. */
  readonly declarations: string;
  readonly positional: readonly string[];
  /** `set -o` and `shopt`, by name. */
  readonly options: readonly string[];
  readonly shopts: readonly string[];
}

export interface JobCommandsOptions {
  readonly host: CommandHost;
  readonly run: Run;
  readonly exchange: Exchange;
  readonly background: Background;
  /** Starts a shell for a command that is left running. */
  start(departure: Departure, belongings: Belongings): { readonly job: Job; readonly work: Promise<number> };
}

const INTERRUPTED = 130;

export function jobCommands(options: JobCommandsOptions): readonly CustomCommand[] {
  const { host, run, exchange, background } = options;
  return [
    defineCommand(DEPART_COMMAND, async (args, ctx) => {
      const departure = exchange.departure!;
      const { job, work } = options.start(departure, belongingsOf(args, ctx));
      const added = background.add(departure, job, work);
      run.lastBackground = added.pid;
      if (host.interactive && departure.owner.parent === null) host.write('stderr', `[${added.number}] ${added.pid}\n`);
      return printed('');
    }),
    defineCommand(ARRIVE_COMMAND, async (_args, ctx) => {
      const exitCode = Number(ctx.env.get('?') ?? '0');
      const added = background.add(exchange.departure!, null, Promise.resolve(exitCode));
      run.lastBackground = added.pid;
      await added.ended;
      return printed('');
    }),
    defineCommand('jobs', async (args) => list(args, background, run)),
    defineCommand(WAIT_COMMAND, (args) => wait(args, options)),
    defineCommand('fg', ([name = '']) => foreground(name, options)),
    defineCommand('bg', async (args) => {
      const found = background.named(run.frame, args[0] ?? '');
      if (found === undefined) return failed(`bash: bg: ${args[0] ?? 'current'}: no such job\n`);
      return { stdout: '', stderr: `bash: bg: job ${found.number} already in background\n`, exitCode: 0 };
    }),
    defineCommand('disown', async (args) => {
      const names = args.filter((arg) => !/^-[har]+$/.test(arg));
      const jobs = args.some((arg) => /^-[hr]*a/.test(arg)) ? background.jobs(run.frame) : [];
      const named = (names.length === 0 && jobs.length === 0 ? ['%+'] : names).map((name) => [name, find(name, background, run)] as const);
      const missing = named.find(([, job]) => job === undefined);
      if (missing !== undefined) return failed(`bash: disown: ${missing[0] === '%+' ? 'current' : missing[0]}: no such job\n`);
      background.disown([...jobs, ...named.flatMap(([, job]) => job ?? [])]);
      return printed('');
    }),
  ];
}

function belongingsOf([declarations = '', ...positional]: readonly string[], ctx: ResolvedCommandContext): Belongings {
  const names = (variable: string) => (ctx.env.get(variable) ?? '').split(':').filter((name) => name !== '');
  return {
    cwd: ctx.cwd,
    exported: ctx.exportedEnv ?? {},
    aliases: Object.fromEntries([...ctx.env].filter(([name]) => name.startsWith('BASH_ALIAS_'))),
    declarations,
    positional,
    options: names('SHELLOPTS'),
    shopts: names('BASHOPTS'),
  };
}

/** A job by `%name` or by the id of its process. */
function find(name: string, background: Background, run: Run): BackgroundJob | undefined {
  return /^\d+$/.test(name) ? background.withPid(Number(name)) : background.named(run.frame, name);
}

function list(args: readonly string[], background: Background, run: Run): ExecResult {
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const unknown = /[^-lprsn]/.exec(flags);
  if (unknown !== null)
    return failed(`bash: jobs: -${unknown[0]}: invalid option\njobs: usage: jobs [-lnprs] [jobspec ...] or jobs -x command [args]\n`, 2);
  const names = args.filter((arg) => !arg.startsWith('-'));
  const missing = names.find((name) => background.named(run.frame, name) === undefined);
  if (missing !== undefined) return failed(`bash: jobs: ${missing}: no such job\n`);
  const own = background.jobs(run.frame);
  const wanted = own.filter((job) => names.length === 0 || names.some((name) => background.named(run.frame, name) === job));
  const shown = wanted.filter(({ exitCode }) => (!flags.includes('r') || exitCode === null) && !flags.includes('s'));
  if (flags.includes('p')) return printed(shown.map(({ pid }) => `${pid}\n`).join(''));
  const text = shown.map((job) => background.line(job, flags.includes('l'))).join('');
  background.forget(shown.filter(({ exitCode }) => exitCode !== null));
  return printed(text);
}

/** Resolves when the jobs have ended, or at Ctrl+C with null. */
async function untilEnded<T>(work: Promise<T>, { host, background }: JobCommandsOptions): Promise<T | null> {
  const signal = host.signal();
  if (signal.aborted) return null;
  const stopped = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
  return background.time.passing(Promise.race([work, stopped]));
}

async function wait(args: readonly string[], options: JobCommandsOptions): Promise<ExecResult> {
  const { background, run } = options;
  const own = background.jobs(run.frame);
  const names = args.filter((arg) => arg !== '-n' && arg !== '-f' && arg !== '--');
  const unknown = names.find((name) => /^-/.test(name));
  if (unknown !== undefined)
    return failed(`bash: wait: ${unknown.slice(0, 2)}: invalid option\nwait: usage: wait [-fn] [-p var] [id ...]\n`, 2);
  if (args.includes('-n'))
    return waitForNext(names.length === 0 ? own : own.filter((job) => names.some((name) => find(name, background, run) === job)), options);
  if (names.length === 0) {
    if ((await untilEnded(Promise.all(own.map(({ ended }) => ended)), options)) === null) return printed('', INTERRUPTED);
    return { ...printed(''), stderr: reaped(own, options) };
  }
  let exitCode = 0;
  let stderr = '';
  for (const name of names) {
    const job = find(name, background, run);
    if (job === undefined) {
      stderr += notAChild(name);
      exitCode = 127;
      continue;
    }
    const ended = await untilEnded(job.ended, options);
    if (ended === null) return printed('', INTERRUPTED);
    exitCode = ended;
    stderr += reaped([job], options);
  }
  return { stdout: '', stderr, exitCode };
}

function notAChild(name: string): string {
  if (name.startsWith('%')) return `bash: wait: ${name}: no such job\n`;
  return /^\d+$/.test(name)
    ? `bash: wait: pid ${name} is not a child of this shell\n`
    : `bash: wait: \`${name}': not a pid or valid job spec\n`;
}

async function waitForNext(jobs: readonly BackgroundJob[], options: JobCommandsOptions): Promise<ExecResult> {
  if (jobs.length === 0) return printed('', 127);
  const first = await untilEnded(Promise.race(jobs.map((job) => job.ended.then(() => job))), options);
  if (first === null) return printed('', INTERRUPTED);
  return { stdout: '', stderr: reaped([first], options), exitCode: first.exitCode ?? 0 };
}

/** A script hears at once of what was killed; a prompt tells of all that has ended. */
function reaped(jobs: readonly BackgroundJob[], { host, background }: JobCommandsOptions): string {
  if (host.interactive) return '';
  background.forget(jobs);
  return jobs
    .filter(({ signal }) => signal !== null && signal !== 'INT')
    .map(({ pid, state, departure }) => `bash: line ${departure.line}: ${pid} ${state.padEnd(24)}${departure.text}\n`)
    .join('');
}

async function foreground(name: string, options: JobCommandsOptions): Promise<ExecResult> {
  const { host, background, run } = options;
  if (!host.interactive) return failed('bash: fg: no job control\n');
  const found = background.named(run.frame, name);
  if (found === undefined) return failed(`bash: fg: ${name === '' ? 'current' : name}: no such job\n`);
  if (found.exitCode !== null) return failed('bash: fg: job has terminated\n');
  const { stdout } = host.streams();
  if (stdout) host.write('stdout', `${found.departure.text}\n`);
  const signal = host.signal();
  const pass = () => found.kill('INT');
  signal.addEventListener('abort', pass, { once: true });
  const exitCode = await background.time.passing(found.ended);
  signal.removeEventListener('abort', pass);
  background.forget([found]);
  return printed(stdout ? '' : `${found.departure.text}\n`, exitCode);
}
