/** Making, naming and following branches: what branch, checkout, switch, clone and push have in common. */
import type { GitCall } from './call.ts';
import { fatal } from './errors.ts';
import { previousBranch } from './revision.ts';

/** "git check-ref-format" rules for what follows `refs/heads/`. */
export function isBranchName(name: string): boolean {
  return !name.startsWith('-') && name !== 'HEAD' && isRefName(name);
}

export function isRefName(name: string): boolean {
  if (name === '' || name === '@' || name.startsWith('/') || name.endsWith('/') || name.endsWith('.')) return false;
  // eslint-disable-next-line no-control-regex -- control characters are forbidden
  if (/\.\.|@\{|\/\/|[\x00-\x20\x7f~^:?*[\\]/.test(name)) return false;
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}

/** A branch that must not exist yet; `@{-1}` stands for the one before. */
export function checkNewBranch(call: GitCall, name: string, force: boolean): string {
  if (!isBranchName(name)) throw fatal(`'${name}' is not a valid branch name`);
  const { refs } = call.repository;
  const ref = `refs/heads/${name}`;
  if (refs.exists(ref) && !force) throw fatal(`a branch named '${name}' already exists`);
  const other = refs.conflicting(ref);
  if (other !== null) {
    const why = ref.startsWith(`${other}/`) ? `'${other}' exists; cannot create '${ref}'` : `'${other}' exists; cannot create '${ref}'`;
    throw fatal(`cannot lock ref '${ref}': ${why}`);
  }
  return ref;
}

/** `-` and `@{-1}` as the branch they mean. */
export function branchArgument(call: GitCall, name: string): string {
  const back = name === '-' ? 1 : Number(/^@\{-(\d+)\}$/.exec(name)?.[1] ?? 0);
  return back > 0 ? (previousBranch(call, back) ?? name) : name;
}

/** Makes a branch follow another one; `upstream` is a full ref. Gives what git says about it. */
export function setUpstream(call: GitCall, branch: string, upstream: string): string {
  const config = call.repository.config();
  const remote = remoteOf(call, upstream);
  config.set(`branch.${branch}.remote`, remote?.name ?? '.');
  config.set(`branch.${branch}.merge`, remote?.ref ?? upstream);
  if (call.settings.get('branch.autosetuprebase') === 'always') config.set(`branch.${branch}.rebase`, 'true');
  call.repository.writeConfig(config);
  call.refresh();
  return `branch '${branch}' set up to track '${upstream.replace(/^refs\/(remotes|heads)\//, '')}'.\n`;
}

/** The remote and its ref behind a remote-tracking ref, by the remotes' refspecs. */
function remoteOf(call: GitCall, tracking: string): { readonly name: string; readonly ref: string } | null {
  for (const name of remoteNames(call)) {
    for (const spec of call.settings.all(`remote.${name}.fetch`)) {
      const [source = '', target = ''] = spec.replace(/^\+/, '').split(':');
      const [before = '', after = ''] = target.split('*');
      if (!target.includes('*') ? target === tracking : tracking.startsWith(before) && tracking.endsWith(after)) {
        return { name, ref: source.replace('*', tracking.slice(before.length, tracking.length - after.length)) };
      }
    }
  }
  return null;
}

export function remoteNames(call: GitCall): readonly string[] {
  const names = call.settings.entries().flatMap(({ key }) => (/^remote\..+\.[^.]+$/.test(key) ? key.slice(7, key.lastIndexOf('.')) : []));
  return [...new Set(names)].sort();
}

/** The remote that the current branch follows, else the only one there is, else `origin`. */
export function defaultRemote(call: GitCall): string {
  const own = call.settings.get(`branch.${call.repository.branch ?? ''}.remote`);
  const names = remoteNames(call);
  return own !== undefined && own !== '.' ? own : names.length === 1 ? (names[0] as string) : 'origin';
}

/** The only remote-tracking branch of that name, for `git switch <name>`; a number of candidates when there are several. */
export function guessRemote(call: GitCall, name: string): string | number {
  const { refs } = call.repository;
  const found = remoteNames(call).flatMap((remote) =>
    refs.exists(`refs/remotes/${remote}/${name}`) ? `refs/remotes/${remote}/${name}` : [],
  );
  const preferred = call.settings.get('checkout.defaultremote');
  const chosen = preferred === undefined ? undefined : found.find((ref) => ref === `refs/remotes/${preferred}/${name}`);
  return chosen ?? (found.length === 1 ? (found[0] as string) : found.length);
}
