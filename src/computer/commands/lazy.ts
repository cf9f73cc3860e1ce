/** Commands whose programs are loaded when they are first used: the first prompt does not wait for them. */
import type { CustomCommand, ExecResult, ResolvedCommandContext } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import type { CommandHost } from './host.ts';
import { failed, printed } from './result.ts';

export type Program = (host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext) => Promise<ExecResult>;

const PROGRAMS: Readonly<Record<string, () => Promise<Program>>> = {
  make: async () => (await import('./make/make.ts')).make,
  tar: async () => (await import('./tar.ts')).tar,
  zip: async () => (await import('./zip.ts')).zip,
  unzip: async () => (await import('./zip.ts')).unzip,
  curl: async () => (await import('./curl.ts')).curl,
  bc: async () => (await import('./bc/bc.ts')).bc,
  dd: async () => (await import('./dd.ts')).dd,
  yq: async () => (await import('./yq.ts')).yq,
  xxd: async () => (await import('./dumps.ts')).xxd,
  hexdump: async () => (await import('./dumps.ts')).hexdump,
  od: async () => (await import('./dumps.ts')).od,
  envsubst: async () => (await import('./envsubst.ts')).envsubst,
  tree: async () => (await import('./tree.ts')).tree,
  sqlite3: async () => (await import('./sqlite3.ts')).sqlite3,
  wget: async () => (await import('./curl.ts')).wget,
  pip: async () => (await import('../pip/pip.ts')).pip,
  pip3: async () => (await import('../pip/pip.ts')).pip,
  shuf: async () => (await import('./small.ts')).shuf,
  cmp: async () => (await import('./small.ts')).cmp,
  truncate: async () => (await import('./small.ts')).truncate,
  nproc: async () => (await import('./small.ts')).nproc,
  df: async () => (await import('./small.ts')).df,
  free: async () => (await import('./small.ts')).free,
};

export function lazyCommands(host: CommandHost): readonly CustomCommand[] {
  return Object.entries(PROGRAMS).map(([name, load]) =>
    defineCommand(name, async (args, ctx) => {
      const run = () => runLoaded(name, load, host, args, ctx);
      return args.length === 1 && args[0] === '--help' ? help(name, run) : run();
    }),
  );
}

/** Loads a program and runs it. */
export async function runLoaded(
  name: string,
  load: () => Promise<Program>,
  host: CommandHost,
  args: readonly string[],
  ctx: ResolvedCommandContext,
): Promise<ExecResult> {
  const program = await load().catch(() => null);
  if (program === null)
    return failed(
      `${name}: its program could not be loaded; check the connection and try again
`,
      126,
    );
  return program(host, args, ctx);
}

/** The manual page; a program without one speaks for itself. */
async function help(name: string, program: () => Promise<ExecResult>): Promise<ExecResult> {
  const { manualPage } = await import('./manual.ts');
  const page = manualPage(name);
  return page === null ? program() : printed(page);
}
