import type { AttributeValue } from '../attributes.ts';
import type { GitCall } from '../call.ts';
import { decode } from '../disk.ts';
import { GitExit } from '../errors.ts';
import { OptionSpec } from '../options.ts';
import { quotePath, relativeToRoot } from '../pathspec.ts';

const CHECK_ATTR = new OptionSpec(
  'check-attr',
  'usage: git check-attr [-a | --all | <attr>...] [--] <pathname>...\n   or: git check-attr --stdin [-z] [-a | --all | <attr>...]\n\n' +
    '    -a, --all             report all attributes set on file\n    --cached              use .gitattributes only from the index\n' +
    '    --stdin               read file names from stdin\n    -z                    terminate input and output records by a NUL character\n\n',
  '-a,--all --cached --stdin -z',
);

/** What `.gitattributes` say of paths: `path: attribute: value`. */
export function checkAttr(call: GitCall, args: readonly string[]): number {
  const options = CHECK_ATTR.parse(args);
  const { repository } = call;
  const [all, stdin] = [options.has('all'), options.has('stdin')];
  const refuse = (message: string): GitExit => new GitExit(`error: ${message}\n${CHECK_ATTR.usage}`, 129);
  if (all && options.after !== null && options.before.length > 0) throw refuse('Attributes and --all both specified');
  if (!all && options.args.length === 0) throw refuse('No attribute specified');
  // Without `--` the first word is the attribute; with --stdin all are.
  const count = all ? 0 : stdin ? options.args.length : options.after === null ? 1 : options.before.length;
  if (!all && count === 0) throw refuse('No attribute specified');
  const [names, typed] = [options.args.slice(0, count), options.args.slice(count)];
  if (stdin && typed.length > 0) throw refuse("Can't specify files with --stdin");
  if (!stdin && typed.length === 0) throw refuse('No file specified');
  const invalid = names.find((name) => !/^[A-Za-z0-9_.][-A-Za-z0-9_.]*$/.test(name));
  if (invalid !== undefined) throw new GitExit(`error: ${invalid}: not a valid attribute name\n`, 255);
  const nul = options.has('z');
  const lines = decode(call.stdin).split(nul ? '\0' : '\n');
  const paths = stdin ? lines.filter((line, at) => line !== '' || at < lines.length - 1) : typed;
  const attributes = repository.attributes(options.has('cached') ? repository.files(repository.head) : null);
  const show = (path: string, name: string, value: AttributeValue | undefined): void => {
    const text = value === true ? 'set' : value === false ? 'unset' : (value ?? 'unspecified');
    call.out(nul ? `${path}\0${name}\0${text}\0` : `${quotePath(call, path)}: ${name}: ${text}\n`);
  };
  for (const path of paths) {
    const found = attributes.of(relativeToRoot(call, path));
    for (const name of all ? found.keys() : names) show(path, name, found.get(name));
  }
  return 0;
}
