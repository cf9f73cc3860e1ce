import { isRefName } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal } from '../errors.ts';
import { OptionSpec } from '../options.ts';

export function checkRefFormat(call: GitCall, args: readonly string[]): number {
  const options = new OptionSpec(
    'check-ref-format',
    'usage: git check-ref-format [--normalize] [<options>] <refname>\n   or: git check-ref-format --branch <branchname-shorthand>\n',
    '--branch --normalize --allow-onelevel',
  ).parse(args);
  const [name = ''] = options.args;
  if (options.has('branch')) {
    if (!isRefName(name)) throw fatal(`'${name}' is not a valid branch name`);
    call.line(name);
    return 0;
  }
  return isRefName(name) && (name.includes('/') || options.has('allow-onelevel')) ? 0 : 1;
}
