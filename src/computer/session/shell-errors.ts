/** Errors that just-bash throws inside a group come out as bare messages, and the file system's as Node words them: here they become bash's. */

const FILE_ERROR = /^(E[A-Z]+): [^,]*, \w+ '([^']*)'(?:: (.*))?$/;
const ENDS_LINE = /^(?:.*division by 0|.*: bad substitution|.*syntax error: .*|value too great for base)/;
const ENDS_SHELL = /^(?:bash: )?[^ ]+: unbound variable/;
/** Errors in arithmetic, with what just-bash says in front of them. */
const ARITHMETIC =
  /^(?:bash: )?(arithmetic expression: |let: (.*): )?(division by 0|syntax error: operand expected.*|value too great for base)$/;

const MEANINGS: Readonly<Record<string, string>> = {
  EEXIST: 'cannot overwrite existing file',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  EPERM: 'Operation not permitted',
};

/** What is known of the command that the error is of. */
export interface Failing {
  /** The files that it redirects to, as they were written. */
  readonly targets: readonly string[];
  /** Its arithmetic, as it was written. */
  readonly arithmetic: readonly string[];
}

/** `ends` is what the error makes bash drop: the rest of the line, or of the script that it is in. */
export function shellErrorText(text: string, failing: Failing): { readonly text: string; readonly ends: 'line' | 'shell' | null } {
  let ends: 'line' | 'shell' | null = null;
  const lines = text.split('\n').map((line) => {
    const file = FILE_ERROR.exec(line);
    if (file !== null) {
      const [, code = '', path = '', detail] = file;
      return `bash: ${asWritten(path, failing.targets)}: ${MEANINGS[code] ?? code}${detail === undefined ? '' : ` (${detail})`}`;
    }
    const arithmetic = ARITHMETIC.exec(line);
    if (arithmetic !== null) {
      if (arithmetic[1] === undefined) ends = 'line';
      return arithmeticError(arithmetic, failing.arithmetic);
    }
    if (ENDS_SHELL.test(line)) ends = 'shell';
    else if (ENDS_LINE.test(line)) ends = 'line';
    else return line;
    return line.startsWith('bash: ') ? line : `bash: ${line}`;
  });
  return { text: lines.join('\n'), ends };
}

/** As bash words it: the whole expression, what is wrong, and the text from where it is wrong to the end. */
function arithmeticError([, place = '', argument, problem = '']: RegExpExecArray, texts: readonly string[]): string {
  const command = place.startsWith('arithmetic') ? '((: ' : place === '' ? '' : 'let: ';
  const candidates = argument === undefined ? texts.map((text) => text.trimStart()) : [argument];
  for (const text of candidates) {
    const token = problem === 'division by 0' ? zeroDivisor(text, candidates.length > 1) : null;
    if (token !== null) return `bash: ${command}${text}: division by 0 (error token is "${token}")`;
  }
  const text = candidates.length === 1 ? `${candidates[0]}: ` : '';
  const token = problem.startsWith('value') && candidates.length === 1 ? ` (error token is "${candidates[0]}")` : '';
  return `bash: ${command}${text}${problem}${token}`;
}

/** The text from the divisor on that is most likely the zero: a literal one, or the only one. */
function zeroDivisor(text: string, mustBeLiteral: boolean): string | null {
  const divisors = [...text.matchAll(/[/%]=?\s*/g)].map(({ index, 0: operator }) => text.slice(index + operator.length));
  return divisors.find((rest) => /^\(*0+(?![\dxX])/.test(rest)) ?? (mustBeLiteral ? null : (divisors[0] ?? null));
}

function asWritten(path: string, targets: readonly string[]): string {
  return targets.find((target) => target === path || path.endsWith(`/${target.replace(/^(?:\.{1,2}\/)+/, '')}`)) ?? path;
}
