/** Errors that just-bash throws inside a group come out as bare messages, and the file system's as Node words them: here they become bash's. */

const FILE_ERROR = /^(E[A-Z]+): [^,]*, \w+ '([^']*)'(?:: (.*))?$/;
const ENDS_LINE = /^(?:division by 0|.*: unbound variable|.*: bad substitution|.*syntax error: .*)/;

const MEANINGS: Readonly<Record<string, string>> = {
  EEXIST: 'cannot overwrite existing file',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  EPERM: 'Operation not permitted',
};

/** `endsLine` is true for what makes bash drop the rest of the line. `targets` are the files that a command redirects to, as they were written. */
export function shellErrorText(text: string, targets: readonly string[]): { readonly text: string; readonly endsLine: boolean } {
  let endsLine = false;
  const lines = text.split('\n').map((line) => {
    const file = FILE_ERROR.exec(line);
    if (file !== null) {
      const [, code = '', path = '', detail] = file;
      return `bash: ${asWritten(path, targets)}: ${MEANINGS[code] ?? code}${detail === undefined ? '' : ` (${detail})`}`;
    }
    if (!ENDS_LINE.test(line)) return line;
    endsLine = true;
    return line.startsWith('bash: ') ? line : `bash: ${line}`;
  });
  return { text: lines.join('\n'), endsLine };
}

function asWritten(path: string, targets: readonly string[]): string {
  return targets.find((target) => target === path || path.endsWith(`/${target.replace(/^(?:\.{1,2}\/)+/, '')}`)) ?? path;
}
