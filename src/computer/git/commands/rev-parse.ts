import type { GitCall } from '../call.ts';
import { fatal } from '../errors.ts';
import { ambiguous, fullRefName, lookUp, requireRevision, resolveRevision, previousBranch, upstreamRef } from '../revision.ts';
import { mergeBases } from '../walk.ts';

export function revParse(call: GitCall, args: readonly string[]): number {
  let [verify, quiet, abbreviate, symbolic, short] = [false, false, false, 'no', 0];
  let fallback: string | undefined;
  let [pathsOnly, found] = [false, 0];
  let [revsOnly, noRevs, flagsHidden] = [false, false, false];
  const rest = [...args];
  const answer = (text: string): void => call.line(text);
  const show = (id: string, name: string): void => {
    found++;
    if (verify && found > 1) throw fatal('Needed a single revision');
    if (abbreviate) {
      const full = fullRefName(call, name);
      if (full !== null) {
        const target = full === 'HEAD' ? (call.repository.headRef ?? 'HEAD') : full;
        answer(target.replace(/^refs\/(heads|tags|remotes)\//, ''));
        return;
      }
      const [, left] = /^@\{-(\d+)\}$/.exec(name) ?? [];
      if (left !== undefined) {
        answer(previousBranch(call, Number(left)) ?? name);
        return;
      }
      const [, branch = ''] = /^(.*)@\{(?:u|upstream|push)\}$/i.exec(name) ?? [];
      const upstream = /@\{(u|upstream|push)\}$/i.test(name) ? upstreamRef(call, branch === 'HEAD' ? null : branch || null) : null;
      answer(upstream?.replace(/^refs\/(remotes|heads)\//, '') ?? name);
    } else if (symbolic === 'full')
      answer(fullRefName(call, name) === 'HEAD' ? (call.repository.headRef ?? 'HEAD') : (fullRefName(call, name) ?? ''));
    else if (symbolic === 'yes') answer(name);
    else answer(short > 0 ? call.short(id, short) : id);
  };
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at] ?? '';
    if (pathsOnly) {
      if (!revsOnly) answer(arg);
      continue;
    }
    if (arg === '--') {
      pathsOnly = true;
      if (!verify && !revsOnly) answer(arg);
      continue;
    }
    if (arg.startsWith('--') || arg === '-q') {
      const [name = '', value] = arg.split(/=(.*)/s);
      if (name === '--verify') verify = true;
      else if (name === '-q' || name === '--quiet') quiet = true;
      else if (name === '--short') [short, verify] = [Number(value ?? 0) || call.short('0'.repeat(40)).length, true];
      else if (name === '--abbrev-ref') abbreviate = true;
      else if (name === '--symbolic') symbolic = 'yes';
      else if (name === '--symbolic-full-name') symbolic = 'full';
      else if (name === '--default') fallback = rest[++at];
      else if (name === '--revs-only') revsOnly = true;
      else if (name === '--no-revs') noRevs = true;
      else if (name === '--no-flags') flagsHidden = true;
      else if (name === '--all') for (const [, id] of call.repository.refs.list()) answer(id);
      else if (name === '--branches') for (const [, id] of call.repository.refs.list('refs/heads/')) answer(id);
      else if (name === '--tags') for (const [, id] of call.repository.refs.list('refs/tags/')) answer(id);
      else if (name === '--remotes') for (const [, id] of call.repository.refs.list('refs/remotes/')) answer(id);
      else if (!aboutRepository(call, name, rest[at + 1], answer)) {
        if (verify) throw fatal('Needed a single revision');
        if (!revsOnly && !flagsHidden) answer(arg);
      } else if (name === '--git-path') at++;
      continue;
    }
    const range = /^(.*?)(\.{2,3})(.*)$/.exec(arg);
    if (range && resolveRevision(call, range[1] || 'HEAD') && resolveRevision(call, range[3] || 'HEAD')) {
      const [one, other] = [requireRevision(call, range[1] || 'HEAD'), requireRevision(call, range[3] || 'HEAD')];
      answer(other);
      if (range[2] === '..') answer(`^${one}`);
      else {
        answer(one);
        for (const base of mergeBases(call.repository.objects, one, other)) answer(`^${base}`);
      }
      continue;
    }
    const excluded = arg.startsWith('^');
    const name = excluded ? arg.slice(1) : arg;
    const id = lookUp(call, name)?.id ?? null;
    if (id !== null && !noRevs) {
      if (excluded) answer(`^${id}`);
      else show(id, name);
      continue;
    }
    if (verify) {
      if (quiet) return 1;
      throw fatal('Needed a single revision');
    }
    if (revsOnly) continue;
    answer(arg);
    if (call.disk.entry(call.resolve(arg)) === null) throw ambiguous(call, arg);
  }
  if (found === 0 && fallback !== undefined) {
    const id = resolveRevision(call, fallback);
    if (id !== null) show(id, fallback);
  }
  if (verify && found === 0) {
    if (quiet) return 1;
    throw fatal('Needed a single revision');
  }
  return 0;
}

function aboutRepository(call: GitCall, name: string, next: string | undefined, answer: (text: string) => void): boolean {
  const { repository } = call;
  const inside = repository.workTree !== null;
  const own = inside && call.cwd === repository.workTree && repository.gitDir === repository.commonDir;
  switch (name) {
    case '--show-toplevel':
      if (repository.workTree === null) throw fatal('this operation must be run in a work tree');
      answer(repository.workTree);
      return true;
    case '--git-dir':
      answer(call.env.get('GIT_DIR') ?? (own ? '.git' : call.cwd === repository.gitDir ? '.' : repository.gitDir));
      return true;
    case '--absolute-git-dir':
      answer(repository.gitDir);
      return true;
    case '--git-common-dir':
      answer(own ? '.git' : repository.commonDir);
      return true;
    case '--git-path':
      answer(`${own ? '.git' : repository.homeOf(next ?? '')}/${next ?? ''}`);
      return true;
    case '--is-inside-work-tree':
      answer(String(inside && !call.cwd.startsWith(repository.gitDir)));
      return true;
    case '--is-inside-git-dir':
      answer(String(call.cwd.startsWith(repository.gitDir)));
      return true;
    case '--is-bare-repository':
      answer(String(!inside));
      return true;
    case '--is-shallow-repository':
      answer(String(call.disk.exists(`${repository.commonDir}/shallow`)));
      return true;
    case '--show-prefix':
      answer(call.prefix);
      return true;
    case '--show-cdup':
      answer('../'.repeat(call.prefix.split('/').length - 1));
      return true;
    case '--show-superproject-working-tree':
      return true;
    case '--show-object-format':
      answer('sha1');
      return true;
  }
  return false;
}
