import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { splitLines } from '../engine.ts';
import { fatal, GitExit } from '../errors.ts';
import { isFullId, octalMode, typeOfMode } from '../objects.ts';
import { OptionSpec } from '../options.ts';
import { quotePath } from '../pathspec.ts';
import { peelTo, resolveRevision } from '../revision.ts';

const CAT_FILE = new OptionSpec(
  'cat-file',
  'usage: git cat-file <type> <object>\n   or: git cat-file (-e | -p) <object>\n   or: git cat-file (-t | -s) [--allow-unknown-type] <object>\n',
  '-e -p -t -s --allow-unknown-type --batch[=] --batch-check[=] --batch-all-objects --textconv --filters',
);

export function catFile(call: GitCall, args: readonly string[]): number {
  const options = CAT_FILE.parse(args);
  const { objects } = call.repository;
  if (options.has('batch') || options.has('batch-check'))
    return batch(
      call,
      options.has('batch'),
      options.has('batch-all-objects'),
      options.value(options.has('batch') ? 'batch' : 'batch-check') || '%(objectname) %(objecttype) %(objectsize)',
    );
  const what = options.last('e', 'p', 't', 's');
  const name = what === undefined ? options.args[1] : options.args[0];
  if (name === undefined) throw new GitExit(CAT_FILE.usage, 129);
  const id = resolveRevision(call, name);
  if (id === null) {
    if (what === 'e' && isFullId(name)) return 1;
    throw fatal(`Not a valid object name ${name}`);
  }
  if (!objects.has(id)) throw fatal(`Not a valid object name ${name}`);
  const { type, content } = objects.read(id);
  if (what === 'e') return 0;
  if (what === 't') call.line(type);
  else if (what === 's') call.line(String(content.length));
  else if (what === 'p') {
    if (type === 'tree')
      for (const { mode, name: file, id: child } of objects.tree(id))
        call.line(`${octalMode(mode)} ${typeOfMode(mode)} ${child}\t${quotePath(call, file)}`);
    else call.out(content);
  } else {
    const wanted = options.args[0] ?? '';
    if (!['commit', 'tree', 'blob', 'tag'].includes(wanted)) throw fatal(`invalid object type "${wanted}"`);
    const peeled = wanted === 'tag' ? (type === 'tag' ? id : null) : peelTo(call, id, wanted);
    if (peeled === null) throw fatal(`git cat-file ${name}: bad file`);
    call.out(objects.read(peeled).content);
  }
  return 0;
}

function batch(call: GitCall, withContent: boolean, all: boolean, format: string): number {
  const { objects } = call.repository;
  const names = all ? [...new Set(objects.ids())].sort() : splitLines(decode(call.stdin));
  for (const name of names) {
    const id = resolveRevision(call, name);
    if (id === null || !objects.has(id)) {
      call.line(`${name} missing`);
      continue;
    }
    const { type, content } = objects.read(id);
    call.line(format.replace('%(objectname)', id).replace('%(objecttype)', type).replace('%(objectsize)', String(content.length)));
    if (withContent) {
      call.out(content);
      call.out('\n');
    }
  }
  return 0;
}
