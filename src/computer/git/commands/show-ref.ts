import type { GitCall } from '../call.ts';
import { fatal } from '../errors.ts';
import { OptionSpec } from '../options.ts';

const SHOW_REF = new OptionSpec(
  'show-ref',
  'usage: git show-ref [-q | --quiet] [--verify] [--head] [-d | --dereference]\n',
  '-q,--quiet --verify --head -d,--dereference -s,--hash[=] --abbrev[=] --tags --heads --exclude-existing[=]',
);

export function showRef(call: GitCall, args: readonly string[]): number {
  const options = SHOW_REF.parse(args);
  const { refs, objects, head } = call.repository;
  const quiet = options.has('quiet');
  const write = (name: string, id: string): void => {
    if (quiet) return;
    const digits = Number(options.value('hash') || options.value('abbrev') || 0);
    const shown = digits > 0 || options.has('abbrev') ? call.short(id, digits || undefined) : id;
    call.line(options.has('hash') ? shown : `${shown} ${name}`);
    if (options.has('dereference') && objects.read(id).type === 'tag') call.line(`${objects.peel(id).id} ${name}^{}`);
  };
  if (options.has('verify')) {
    for (const name of options.args) {
      const id = name === 'HEAD' || name.startsWith('refs/') ? refs.resolve(name) : null;
      if (id !== null) write(name, id);
      else if (quiet) return 1;
      else throw fatal(`'${name}' - not a valid ref`);
    }
    return 0;
  }
  const only = [...(options.has('heads') ? ['refs/heads/'] : []), ...(options.has('tags') ? ['refs/tags/'] : [])];
  const matched = (name: string): boolean =>
    options.args.length === 0 || options.args.some((pattern) => name === pattern || name.endsWith(`/${pattern}`));
  const found = refs.list().filter(([name]) => (only.length === 0 || only.some((prefix) => name.startsWith(prefix))) && matched(name));
  if (options.has('head') && head !== null) write('HEAD', head);
  for (const [name, id] of found) write(name, id);
  return found.length > 0 || (options.has('head') && head !== null) ? 0 : 1;
}
