import { isRefName } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal, GitExit } from '../errors.ts';
import { OptionSpec } from '../options.ts';

const SYMBOLIC_REF = new OptionSpec(
  'symbolic-ref',
  'usage: git symbolic-ref [-m <reason>] <name> <ref>\n   or: git symbolic-ref [-q] [--short] [--no-recurse] <name>\n   or: git symbolic-ref --delete [-q] <name>\n',
  '-q,--quiet -d,--delete --short --recurse -m=',
);

export function symbolicRef(call: GitCall, args: readonly string[]): number {
  const options = SYMBOLIC_REF.parse(args);
  const { refs } = call.repository;
  const [name, target] = options.args;
  if (name === undefined) throw new GitExit(SYMBOLIC_REF.usage, 129);
  const current = refs.symbolic(name);
  if (options.has('delete')) {
    if (current === null) throw fatal(`Cannot delete ${name}, not a symbolic ref`);
    if (name === 'HEAD') throw fatal("deleting 'HEAD' is not allowed");
    refs.delete(name);
  } else if (target !== undefined) {
    if (name === 'HEAD' && !target.startsWith('refs/')) throw fatal('Refusing to point HEAD outside of refs/');
    if (!isRefName(target)) throw fatal(`Refusing to set '${name}' to invalid ref '${target}'`);
    refs.setSymbolic(name, target);
  } else {
    if (current === null) {
      if (options.has('quiet')) return 1;
      throw fatal(`ref ${name} is not a symbolic ref`);
    }
    call.line(options.has('short') ? current.replace(/^refs\/(heads|tags|remotes)\//, '') : current);
  }
  return 0;
}
