/** How files of a kind are compared: the `diff` attribute and `diff.<name>.*` ("Generating diff text" in gitattributes). */
import type { Attributes } from './attributes.ts';
import type { GitCall } from './call.ts';
import { unsupported } from './errors.ts';
import { parseBool } from './settings.ts';

export interface DiffDriver {
  /** True for a file that is not shown as text, false for one that always is, null where its content decides. */
  readonly binary: boolean | null;
  /** What stands after `@@` for a line that begins a function, or null for every other line. */
  readonly heading: (line: string) => string | null;
}

/** The patterns of git's own drivers (userdiff.c) for the files of a data scientist. */
const HEADINGS: Readonly<Record<string, string>> = {
  bash: '^[ \\t]*((([a-zA-Z_][a-zA-Z0-9_]*[ \\t]*\\([ \\t]*\\))|(function[ \\t]+[a-zA-Z_][a-zA-Z0-9_]*(([ \\t]*\\([ \\t]*\\))|([ \\t]+))))[ \\t]*(\\{|\\(\\(?|\\[\\[))',
  golang: '^[ \\t]*(func[ \\t]*.*(\\{[ \\t]*)?)\n^[ \\t]*(type[ \\t].*(struct|interface)[ \\t]*(\\{[ \\t]*)?)',
  html: '^[ \\t]*(<[Hh][1-6]([ \\t].*)?>.*)$',
  markdown: '^ {0,3}#{1,6}[ \\t].*',
  python: '^[ \\t]*((class|(async[ \\t]+)?def)[ \\t].*)$',
  rust: '^[\\t ]*((pub(\\([^)]+\\))?[\\t ]+)?((async|const|unsafe|extern([\\t ]+"[^"]+"))[\\t ]+)?(struct|enum|union|mod|trait|fn|impl|macro_rules!)[< \\t]+[^;]*)$',
};

const plainHeading = (line: string): string | null => (/^[A-Za-z_$]/.test(line) ? line : null);

const attributesOf = new WeakMap<GitCall, Attributes>();

/** What holds for a path; outside of a repository its content decides. */
export function diffDriver(call: GitCall, path: string): DiffDriver {
  const { tryRepository: repository } = call;
  if (repository === null) return { binary: null, heading: plainHeading };
  let attributes = attributesOf.get(call);
  if (attributes === undefined) attributesOf.set(call, (attributes = repository.attributes()));
  const value = attributes.get(path, 'diff');
  if (typeof value !== 'string') return { binary: value === undefined ? null : !value, heading: plainHeading };
  for (const key of ['textconv', 'command']) {
    if (call.settings.get(`diff.${value}.${key}`)) throw unsupported(`'diff.${value}.${key}', which ${path} wants,`);
  }
  const patterns = call.settings.get(`diff.${value}.xfuncname`) ?? (Object.hasOwn(HEADINGS, value) ? HEADINGS[value] : undefined);
  const binary = parseBool(call.settings.get(`diff.${value}.binary`) ?? '-');
  return { binary, heading: patterns === undefined ? plainHeading : headingOf(patterns) };
}

/** Patterns by line, the first that matches decides; one with `!` in front says that a line is no heading. */
function headingOf(text: string): (line: string) => string | null {
  const patterns = text
    .split('\n')
    .map((pattern) => ({ negated: pattern.startsWith('!'), expression: new RegExp(pattern.replace(/^!/, '')) }));
  return (line) => {
    for (const { negated, expression } of patterns) {
      const match = expression.exec(line);
      if (match) return negated ? null : (match[1] ?? match[0]);
    }
    return null;
  };
}
