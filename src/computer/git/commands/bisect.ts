import type { GitCall } from '../call.ts';
import { writeDiff } from '../diff.ts';
import { splitLines } from '../engine.ts';
import { fatal, GitExit, unsupported } from '../errors.ts';
import type { CommitObject } from '../objects.ts';
import { Pathspec } from '../pathspec.ts';
import { prettyCommit } from '../pretty.ts';
import { subjectOf } from '../record.ts';
import { walkRange } from '../revlist.ts';
import { resolveCommit, resolveRevision } from '../revision.ts';
import { pairsWithRenames, treePairs } from '../sides.ts';
import { ancestors, isAncestor } from '../walk.ts';
import { checkout } from './checkout.ts';
import { log } from './log.ts';

const USAGE = 'usage: git bisect [help|start|bad|good|new|old|terms|skip|next|reset|visualize|view|replay|log|run]\n';

/** What a bisection keeps in `.git`. */
class Bisection {
  readonly call: GitCall;

  constructor(call: GitCall) {
    this.call = call;
  }

  path(name: string): string {
    return `${this.call.repository.gitDir}/${name}`;
  }

  get active(): boolean {
    return this.call.disk.exists(this.path('BISECT_START'));
  }

  get terms(): { readonly bad: string; readonly good: string } {
    const [bad = 'bad', good = 'good'] = splitLines(this.call.disk.readText(this.path('BISECT_TERMS')) ?? '');
    return { bad, good };
  }

  setTerms(bad: string, good: string): void {
    this.call.disk.write(this.path('BISECT_TERMS'), `${bad}\n${good}\n`);
  }

  get bad(): string | null {
    return this.call.repository.refs.resolve(`refs/bisect/${this.terms.bad}`);
  }

  get good(): readonly string[] {
    return this.call.repository.refs
      .list('refs/bisect/')
      .flatMap(([name, id]) => (name.startsWith(`refs/bisect/${this.terms.good}-`) ? id : []));
  }

  get skipped(): ReadonlySet<string> {
    return new Set(
      this.call.repository.refs.list('refs/bisect/').flatMap(([name, id]) => (name.startsWith('refs/bisect/skip-') ? id : [])),
    );
  }

  get paths(): readonly string[] {
    const text = (this.call.disk.readText(this.path('BISECT_NAMES')) ?? '').trim();
    return text === '' ? [] : text.split(' ').map((word) => word.replace(/^'|'$/g, ''));
  }

  log(text: string): void {
    const path = this.path('BISECT_LOG');
    this.call.disk.write(path, (this.call.disk.readText(path) ?? '') + text);
  }

  describe(id: string): string {
    return `[${id}] ${subjectOf(this.call.repository.objects.commit(id).message)}`;
  }

  /** Notes what a commit is. */
  mark(state: string, id: string): void {
    const { bad } = this.terms;
    this.call.repository.refs.update(state === bad ? `refs/bisect/${bad}` : `refs/bisect/${state}-${id}`, id, null);
    this.log(`# ${state}: ${this.describe(id)}\n`);
  }

  clear(): void {
    for (const [name] of this.call.repository.refs.list('refs/bisect/')) this.call.repository.refs.delete(name);
    this.call.disk.remove(`${this.call.repository.gitDir}/refs/bisect`);
    for (const name of ['START', 'TERMS', 'LOG', 'NAMES', 'EXPECTED_REV', 'ANCESTORS_OK', 'RUN', 'FIRST_PARENT', 'HEAD'])
      this.call.disk.remove(this.path(`BISECT_${name}`));
  }
}

export async function bisect(call: GitCall, args: readonly string[]): Promise<number> {
  call.expectRepository();
  const [verb, ...rest] = args;
  const state = new Bisection(call);
  switch (verb) {
    case undefined:
      throw new GitExit(USAGE, 1);
    case 'help':
      call.out(USAGE);
      return 0;
    case 'start':
      return start(state, rest);
    case 'reset':
      return reset(state, rest[0]);
    case 'log': {
      if (!state.active) throw new GitExit('error: We are not bisecting.\n', 1);
      call.out(call.disk.readText(state.path('BISECT_LOG')) ?? '');
      return 0;
    }
    case 'terms':
      return showTerms(state, rest[0]);
    case 'next':
      return next(state);
    case 'skip':
      return skip(state, rest);
    case 'run':
      return run(state, rest);
    case 'visualize':
    case 'view':
      return log(call, [
        ...rest,
        state.terms.bad === '' ? 'HEAD' : `refs/bisect/${state.terms.bad}`,
        ...state.good.map((id) => `^${id}`),
        '--',
        ...state.paths,
      ]);
    case 'replay':
      throw unsupported("'git bisect replay'");
  }
  return judge(state, verb, rest);
}

function requireStarted(state: Bisection): void {
  if (!state.active) throw new GitExit('You need to start by "git bisect start"\n\n', 1);
}

function commitOf(call: GitCall, name: string, message = `Bad rev input: ${name}`): string {
  const commit = resolveCommit(call, name);
  if (commit === null) throw new GitExit(`error: ${message}\n`, 1);
  return commit;
}

async function start(state: Bisection, args: readonly string[]): Promise<number> {
  const { call } = state;
  let terms = { bad: 'bad', good: 'good' };
  const revisions: string[] = [];
  let paths: readonly string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [, name, value] = /^--term-(good|old|bad|new)(?:=(.*))?$/.exec(arg) ?? [];
    if (arg === '--') {
      paths = args.slice(at + 1);
      break;
    }
    if (name !== undefined) {
      const term = value ?? args[++at] ?? '';
      terms = name === 'good' || name === 'old' ? { ...terms, good: term } : { ...terms, bad: term };
    } else if (arg === '--no-checkout' || arg === '--first-parent') throw unsupported(`'git bisect start ${arg}'`);
    else if (arg.startsWith('--')) throw new GitExit(`error: unrecognized option: '${arg}'\n`, 1);
    else if (resolveRevision(call, arg) === null) {
      if (args.includes('--')) throw fatal(`'${arg}' does not appear to be a valid revision`);
      paths = args.slice(at);
      break;
    } else revisions.push(arg);
  }
  const { head, branch } = call.repository;
  if (head === null) throw new GitExit('error: bad HEAD - I need a HEAD\n', 1);
  const before = state.active ? (call.disk.readText(state.path('BISECT_START')) ?? '').trim() : (branch ?? head);
  if (state.active && before !== branch && before !== head) await checkout(call, ['-q', before]);
  state.clear();
  call.disk.write(state.path('BISECT_START'), `${before}\n`);
  call.disk.write(state.path('BISECT_NAMES'), `${paths.map((path) => `'${path}'`).join(' ')}\n`);
  state.setTerms(terms.bad, terms.good);
  for (const [at, name] of revisions.entries()) state.mark(at === 0 ? terms.bad : terms.good, commitOf(call, name));
  state.log(`git bisect start${args.map((arg) => ` '${arg}'`).join('')}\n`);
  return autoNext(state);
}

async function judge(state: Bisection, verb: string, args: readonly string[]): Promise<number> {
  const { call } = state;
  const isState = ['bad', 'good', 'new', 'old'].includes(verb) || (state.active && Object.values(state.terms).includes(verb));
  if (!isState) throw new GitExit(`error: unknown subcommand: \`${verb}'\n${USAGE}`, 129);
  requireStarted(state);
  const { bad, good } = state.terms;
  if (verb !== bad && verb !== good) {
    const fresh = bad === 'bad' && good === 'good' && state.bad === null && state.good.length === 0;
    if (!fresh) throw new GitExit(`error: Invalid command: you're currently in a ${bad}/${good} bisect\n`, 1);
    state.setTerms('new', 'old');
  }
  const names = args.length > 0 ? args : ['HEAD'];
  if (verb === state.terms.bad && names.length > 1) throw new GitExit(`error: 'git bisect ${verb}' can take only one argument.\n`, 1);
  for (const name of names) {
    const id = commitOf(call, name);
    state.mark(verb, id);
    state.log(`git bisect ${verb} ${id}\n`);
  }
  return autoNext(state);
}

/** Goes on when both sides are known; says what is missing otherwise. */
async function autoNext(state: Bisection): Promise<number> {
  const { bad, good } = { bad: state.bad, good: state.good };
  if (bad !== null && good.length > 0) return next(state);
  const { terms } = state;
  const waiting =
    bad === null && good.length === 0
      ? `status: waiting for both ${terms.good} and ${terms.bad} commits`
      : good.length === 0
        ? `status: waiting for ${terms.good} commit(s), ${terms.bad} commit known`
        : `status: waiting for ${terms.bad} commit, ${good.length} ${terms.good} commit${good.length === 1 ? '' : 's'} known`;
  state.call.line(waiting);
  state.log(`# ${waiting}\n`);
  return 0;
}

/** The commits that may still be the first bad one, the oldest first. */
async function candidates(state: Bisection, bad: string): Promise<readonly CommitObject[]> {
  const range = { positive: [bad], negative: state.good, names: [], left: null, paths: state.paths, fallback: false };
  return (await walkRange(state.call, range, {})).map(({ commit }) => commit).reverse();
}

async function next(state: Bisection): Promise<number> {
  requireStarted(state);
  const { call } = state;
  const { objects } = call.repository;
  const { bad, good, terms } = state;
  if (bad === null || good.length === 0) return autoNext(state);
  for (const id of good) {
    if (isAncestor(objects, id, bad)) continue;
    if (isAncestor(objects, bad, id)) {
      const [olds, news] = [terms.good, terms.bad];
      if (olds === 'good') {
        throw new GitExit(
          `The merge base ${bad} is ${news}.\nThis means the bug has been fixed between ${bad} and [${good.join(' ')}].\n`,
          3,
        );
      }
      throw new GitExit(
        `The merge base ${bad} is ${news}.\nThis means the first '${olds}' commit is between ${bad} and [${good.join(' ')}].\n`,
        3,
      );
    }
  }
  const all = await candidates(state, bad);
  const skipped = state.skipped;
  const chosen = choose(call, all, skipped, bad);
  if (chosen === null) throw fatal('No testable commit found.\nMaybe you started with bad path arguments?');
  if (chosen.onlySkipped) {
    call.line(`There are only 'skip'ped commits left to test.\nThe first ${terms.bad} commit could be any of:`);
    for (const { id } of all) if (skipped.has(id) || id === bad) call.line(id);
    call.line('We cannot bisect more!');
    return 2;
  }
  const { commit, reaches } = chosen;
  if (commit.id === bad) {
    call.line(`${bad} is the first ${terms.bad} commit`);
    call.out(await shown(call, commit));
    state.log(`# first ${terms.bad} commit: ${state.describe(bad)}\n`);
    return 0;
  }
  const left = all.length - reaches - 1;
  const steps = estimate(all.length);
  call.line(`Bisecting: ${left} revision${left === 1 ? '' : 's'} left to test after this (roughly ${steps} step${steps === 1 ? '' : 's'})`);
  call.disk.write(state.path('BISECT_EXPECTED_REV'), `${commit.id}\n`);
  call.disk.write(state.path('BISECT_ANCESTORS_OK'), '');
  const code = await checkout(call, ['-q', commit.id]);
  if (code === 0) call.line(state.describe(commit.id));
  return code;
}

async function shown(call: GitCall, commit: CommitObject): Promise<string> {
  const text = prettyCommit(
    call,
    { commit, parents: commit.parents },
    { format: 'medium', dateMode: 'default', abbrevCommit: false, decorations: null },
  );
  const pairs = await pairsWithRenames(call, treePairs(call.repository, commit.parents[0] ?? null, commit.id, new Pathspec(call, [])));
  return `${text}\n\n${await writeDiff(call, pairs, { stat: true, summary: true })}`;
}

function estimate(all: number): number {
  if (all < 3) return 0;
  const power = Math.floor(Math.log2(all));
  const rest = all - 2 ** power;
  return 2 ** power < 3 * rest ? power : power - 1;
}

interface Choice {
  readonly commit: CommitObject;
  /** How many candidates the commit reaches that divides them best, itself included. */
  readonly reaches: number;
  readonly onlySkipped: boolean;
}

/** The commit that halves the candidates best, as git finds it: merges are looked at first, then lines of history from their beginnings. */
function choose(call: GitCall, all: readonly CommitObject[], skipped: ReadonlySet<string>, bad: string): Choice | null {
  if (all.length === 0) return null;
  const { objects } = call.repository;
  const inside = new Set(all.map(({ id }) => id));
  const total = all.length;
  const weights = new Map<string, number>();
  const weigh = ({ id }: CommitObject): number =>
    [...ancestors(objects, [id], ({ parents }) => parents.filter((parent) => inside.has(parent)))].length;
  for (const commit of all) weights.set(commit.id, weigh(commit));
  const weight = (commit: CommitObject): number => weights.get(commit.id) as number;
  const distance = (commit: CommitObject): number => Math.min(weight(commit), total - weight(commit));
  const halfway = (commit: CommitObject): boolean => Math.abs(2 * weight(commit) - total) <= 1;
  const inner = ({ parents }: CommitObject): number => parents.filter((parent) => inside.has(parent)).length;
  if (skipped.size === 0) {
    const found =
      all.find((commit) => inner(commit) > 1 && halfway(commit)) ?? all.find((commit) => inner(commit) === 1 && halfway(commit));
    const best = found ?? all.reduce((one, other) => (distance(other) > distance(one) ? other : one));
    return { commit: best, reaches: weight(best), onlySkipped: false };
  }
  const sorted = [...all].sort((one, other) => distance(other) - distance(one) || (one.id < other.id ? -1 : 1));
  const free = sorted.filter(({ id }) => !skipped.has(id));
  const [first] = free;
  if (first === undefined || (free.length === 1 && first.id === bad && all.length > 1))
    return { commit: all[0] as CommitObject, reaches: 0, onlySkipped: true };
  const picked = sorted[0] === first ? first : away(free, bad);
  return { commit: picked, reaches: weight(sorted[0] as CommitObject), onlySkipped: false };
}

/** When the best commits cannot be tested, git goes somewhat away from them, in a way that looks random and is not. */
function away(free: readonly CommitObject[], bad: string): CommitObject {
  const MODULO = 32_768;
  const random = Math.floor(((free.length * 1_103_515_245 + 12_345) % 2 ** 32) / 65_536) % MODULO;
  const root = (value: number): number => Math.floor(Math.sqrt(value));
  const index = Math.floor((Math.floor((free.length * random) / MODULO) * root(random)) / root(MODULO));
  const picked = free[index] as CommitObject;
  return picked.id === bad ? (free[index - 1] ?? (free[0] as CommitObject)) : picked;
}

async function skip(state: Bisection, args: readonly string[]): Promise<number> {
  requireStarted(state);
  const { call } = state;
  for (const name of args.length > 0 ? args : ['HEAD']) {
    const [, from, to] = /^(.*?)\.\.(.*)$/.exec(name) ?? [];
    const range =
      from === undefined
        ? null
        : {
            positive: [commitOf(call, to || 'HEAD')],
            negative: [commitOf(call, from || 'HEAD')],
            names: [],
            left: null,
            paths: [],
            fallback: false,
          };
    const ids = range === null ? [commitOf(call, name)] : (await walkRange(call, range, {})).map(({ commit }) => commit.id);
    for (const id of ids) {
      state.mark('skip', id);
      state.log(`git bisect skip ${id}\n`);
    }
  }
  return autoNext(state);
}

async function reset(state: Bisection, name: string | undefined): Promise<number> {
  const { call } = state;
  if (!state.active) {
    call.line('We are not bisecting.');
    return 0;
  }
  const target = name ?? (call.disk.readText(state.path('BISECT_START')) ?? '').trim();
  if (name !== undefined && resolveRevision(call, name) === null) throw new GitExit(`error: '${name}' is not a valid commit\n`, 1);
  state.clear();
  return checkout(call, [target, '--ignore-other-worktrees']);
}

function showTerms(state: Bisection, option: string | undefined): number {
  const { call } = state;
  if (!call.disk.exists(state.path('BISECT_TERMS'))) throw new GitExit('error: no terms defined\n', 1);
  const { bad, good } = state.terms;
  if (option === '--term-good' || option === '--term-old') call.line(good);
  else if (option === '--term-bad' || option === '--term-new') call.line(bad);
  else call.out(`Your current terms are ${good} for the old state\nand ${bad} for the new state.\n`);
  return 0;
}

/** Lets a command judge each commit: 0 is good, 125 cannot tell, up to 127 is bad. */
async function run(state: Bisection, args: readonly string[]): Promise<number> {
  requireStarted(state);
  const { call } = state;
  if (args.length === 0) throw new GitExit('error: bisect run failed: no command provided.\n', 1);
  if (state.bad === null || state.good.length === 0) return (await autoNext(state)) || 1;
  const command = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ');
  for (;;) {
    call.line(`running  ${command}`);
    const { stdout, stderr, exitCode } = await call.run(command, call.repository.workTree ?? call.cwd);
    call.out(stdout);
    call.err(stderr);
    if (exitCode < 0 || exitCode >= 128)
      throw new GitExit(`error: bisect run failed: exit code ${exitCode} from ${command} is < 0 or >= 128\n`, 1);
    const { bad, good } = state.terms;
    const verdict = exitCode === 125 ? 'skip' : exitCode === 0 ? good : bad;
    const code = verdict === 'skip' ? await skip(state, []) : await judge(state, verdict, []);
    if (code === 2) {
      call.err('error: bisect run cannot continue any more\n');
      return 2;
    }
    if (code !== 0) return code;
    if ((call.disk.readText(state.path('BISECT_LOG')) ?? '').includes(`# first ${bad} commit: `)) {
      call.out('bisect found first bad commit');
      return 0;
    }
  }
}
