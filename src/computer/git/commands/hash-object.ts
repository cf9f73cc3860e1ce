import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { splitLines } from '../engine.ts';
import { fatal } from '../errors.ts';
import { objectId, type ObjectType } from '../objects.ts';
import { OptionSpec } from '../options.ts';
import { relativeToRoot } from '../pathspec.ts';

const HASH_OBJECT = new OptionSpec(
  'hash-object',
  'usage: git hash-object [-t <type>] [-w] [--stdin] [--] <file>...\n',
  '-t= -w --stdin --stdin-paths --no-filters,--filters --literally --path=',
);

/** A file's content as the repository would store it under its path. */
function filtered(call: GitCall, path: string, content: Uint8Array, asItIs: boolean): Uint8Array {
  const root = call.tryRepository?.workTree ?? null;
  if (root === null || asItIs || !call.resolve(path).startsWith(`${root}/`)) return content;
  return call.repository.conversion().cleanBytes(relativeToRoot(call, path), content);
}

export function hashObject(call: GitCall, args: readonly string[]): number {
  const options = HASH_OBJECT.parse(args);
  const type = (options.value('t') ?? 'blob') as ObjectType;
  const hash = (content: Uint8Array): void =>
    call.line(options.has('w') ? call.repository.objects.write(type, content) : objectId(type, content));
  if (options.has('stdin')) hash(call.stdin);
  const paths = [...options.args, ...(options.has('stdin-paths') ? splitLines(decode(call.stdin)) : [])];
  for (const path of paths) {
    const content = call.disk.read(call.resolve(path));
    if (content === null) throw fatal(`could not open '${path}' for reading: No such file or directory`);
    hash(filtered(call, options.value('path') ?? path, content, options.negated('filters') || options.has('no-filters')));
  }
  return 0;
}
