/** Requirements as people write them: on the command line, in files (`requirements.txt`), in a wheel's metadata (PEP 508). */
import { PipError } from './errors.ts';
import { isSpecifier, normalName } from './versions.ts';

export interface Requirement {
  /** As it is written; `key` is the name that projects are compared by. Empty for a path until its wheel has been read. */
  readonly name: string;
  readonly key: string;
  readonly extras: readonly string[];
  readonly specifier: string;
  /** Where the wheel is: a path or an address. */
  readonly location: string | null;
  readonly marker: string;
  /** `sha256:…`, of which one must be the file's. */
  readonly hashes: readonly string[];
  /** Who wants it: `-r requirements.txt (line 2)`, or the package that depends on it. */
  readonly from: string;
}

/** What a command line or a file asks for. */
export interface Wanted {
  readonly requirements: readonly Requirement[];
  readonly constraints: readonly Requirement[];
  readonly findLinks: readonly string[];
  readonly indexes: readonly string[];
  readonly noIndex: boolean;
  readonly requireHashes: boolean;
  readonly pre: boolean;
}

export const nothingWanted: Wanted = {
  requirements: [],
  constraints: [],
  findLinks: [],
  indexes: [],
  noIndex: false,
  requireHashes: false,
  pre: false,
};

const NAMED = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(.*)$/s;

/** Reads one requirement. */
export function requirementOf(text: string, from: string, hashes: readonly string[] = []): Requirement {
  const [body = '', marker = ''] = parted(text.trim());
  if (/^(?:\.{0,2}\/|file:|https?:)/.test(body) || /\.whl$|\.tar\.gz$/.test(body)) return located('', [], body, marker, from, hashes);
  const [, name, extras = '', rest = ''] = NAMED.exec(body) ?? [];
  if (name === undefined) throw invalid(text);
  const wantedExtras = extras.split(',').flatMap((extra) => (extra.trim() === '' ? [] : [extra.trim()]));
  if (rest.startsWith('@')) return located(name, wantedExtras, rest.slice(1).trim(), marker, from, hashes);
  const specifier = rest.replace(/^\((.*)\)$/, '$1').replace(/\s+/g, '');
  if (!isSpecifier(specifier)) throw invalid(text);
  return { name, key: normalName(name), extras: wantedExtras, specifier, location: null, marker, hashes, from };
}

/** As pip shows it: `leaf[plot]>=1.0`. */
export function shown({ name, extras, specifier, location }: Requirement): string {
  const bare = name + (extras.length > 0 ? `[${extras.join(',')}]` : '');
  if (location !== null) return name === '' ? location : `${bare} @ ${location}`;
  return bare + specifier;
}

function located(
  name: string,
  extras: readonly string[],
  location: string,
  marker: string,
  from: string,
  hashes: readonly string[],
): Requirement {
  return { name, key: normalName(name), extras, specifier: '', location, marker, hashes, from };
}

function parted(text: string): readonly string[] {
  // In an address a semicolon stands for a marker only with a space before it.
  const at = /:\/\/|^\S*@/.test(text) ? text.search(/\s;/) : text.indexOf(';');
  return at === -1 ? [text] : [text.slice(0, at).trim(), text.slice(at).replace(/^\s*;/, '').trim()];
}

function invalid(text: string): PipError {
  return new PipError(
    `Invalid requirement: '${text}': Expected a package name with a version such as ${text.split(/[^\w.-]/)[0] || 'leaf'}==1.2, or the path of a wheel`,
  );
}

export interface FileReader {
  /** Text of a file named in `from`'s folder (the working directory when it is null); throws PipError where there is none. */
  read(path: string, from: string | null): { readonly path: string; readonly text: string };
  readonly env: Readonly<Record<string, string>>;
}

/** Reads a requirements file and those it names. `asConstraints`: what is in it limits versions, and asks for nothing. */
export function readRequirementsFile(files: FileReader, name: string, from: string | null, asConstraints: boolean): Wanted {
  const { path, text } = files.read(name, from);
  const option = asConstraints ? '-c' : '-r';
  return logicalLines(text).reduce<Wanted>((wanted, { line, number }) => {
    const where = `${option} ${name} (line ${number})`;
    return together(wanted, lineOf(files, path, expanded(line, files.env), where, asConstraints));
  }, nothingWanted);
}

/** What both ask for. */
export function together(a: Wanted, b: Wanted): Wanted {
  return {
    requirements: [...a.requirements, ...b.requirements],
    constraints: [...a.constraints, ...b.constraints],
    findLinks: [...a.findLinks, ...b.findLinks],
    indexes: [...a.indexes, ...b.indexes],
    noIndex: a.noIndex || b.noIndex,
    requireHashes: a.requireHashes || b.requireHashes,
    pre: a.pre || b.pre,
  };
}

function lineOf(files: FileReader, path: string, line: string, where: string, asConstraints: boolean): Wanted {
  const [, option, value = ''] = /^(-{1,2}[A-Za-z][\w-]*)(?:\s+|=|(?<=^-[a-z]))?(.*)$/s.exec(line) ?? [];
  const only = (part: Partial<Wanted>): Wanted => ({ ...nothingWanted, ...part });
  switch (option) {
    case undefined:
      return requirementLine(line, where, asConstraints);
    case '-r':
    case '--requirement':
      return readRequirementsFile(files, value, path, asConstraints);
    case '-c':
    case '--constraint':
      return readRequirementsFile(files, value, path, true);
    case '-f':
    case '--find-links':
      return only({ findLinks: [value] });
    case '-i':
    case '--index-url':
    case '--extra-index-url':
      return only({ indexes: [value] });
    case '--no-index':
      return only({ noIndex: true });
    case '--require-hashes':
      return only({ requireHashes: true });
    case '--pre':
      return only({ pre: true });
    case '-e':
    case '--editable':
      throw new PipError(
        `${where}: editable installs need a build, and this computer cannot build packages: put its folder on PYTHONPATH instead`,
      );
    default:
      throw new PipError(`${where}: ${option} is not an option that pip has here in a requirements file`);
  }
}

function requirementLine(line: string, where: string, asConstraints: boolean): Wanted {
  const hashes = [...line.matchAll(/\s--hash[=\s]\s*(\S+)/g)].map(([, hash = '']) => hash);
  for (const hash of hashes)
    if (!/^sha256:[0-9a-f]{64}$/.test(hash))
      throw new PipError(`${where}: --hash=${hash}: this pip checks sha256 only, with 64 hexadecimal digits`);
  const requirement = requirementOf(line.replace(/\s--hash[=\s]\s*\S+/g, ''), where, hashes);
  return { ...nothingWanted, [asConstraints ? 'constraints' : 'requirements']: [requirement] };
}

/** Lines without comments, those that end in a backslash with the next. */
function logicalLines(text: string): readonly { readonly line: string; readonly number: number }[] {
  const lines: { line: string; number: number }[] = [];
  let begun: { line: string; number: number } | null = null;
  text.split(/\r?\n/).forEach((raw, index) => {
    const line: string = (begun?.line ?? '') + raw.replace(/(?:^|\s)#.*$/, '').replace(/\s+$/, '');
    const number = begun?.number ?? index + 1;
    begun = line.endsWith('\\') ? { line: line.slice(0, -1), number } : null;
    if (begun === null && line.trim() !== '') lines.push({ line: line.trim(), number });
  });
  return lines;
}

function expanded(line: string, env: Readonly<Record<string, string>>): string {
  return line.replace(/\$\{([A-Z0-9_]+)\}/g, (whole, name: string) => env[name] ?? whole);
}
