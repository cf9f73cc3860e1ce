/** What a step writes to $GITHUB_ENV, $GITHUB_OUTPUT, $GITHUB_STATE and $GITHUB_PATH. Source: "Workflow commands", "Environment files". */

export type Assignments =
  | { readonly ok: true; readonly pairs: readonly (readonly [name: string, value: string])[] }
  | { readonly ok: false; readonly message: string };

/** Reads `name=value` lines and `name<<DELIMITER` blocks. The first line that is neither ends it. */
export function readAssignments(text: string): Assignments {
  const pairs: [string, string][] = [];
  let rest = text;
  while (rest !== '') {
    const { line, after } = cutLine(rest);
    rest = after;
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const name = line.slice(0, heredoc);
      const delimiter = line.slice(heredoc + 2);
      if (name === '' || delimiter === '')
        return refuse(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
      const block = cutBlock(rest, delimiter);
      if (block === null) return refuse(`Invalid value. Matching delimiter not found '${delimiter}'`);
      pairs.push([name, block.value]);
      rest = block.after;
    } else if (equals > 0) pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
    else return refuse(equals === 0 ? `Invalid format '${line}'. Name must not be empty` : `Invalid format '${line}'`);
  }
  return { ok: true, pairs };
}

/** The folders of $GITHUB_PATH, a line each. */
export function readPaths(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

function cutLine(text: string): { readonly line: string; readonly after: string; readonly ended: boolean } {
  const end = text.indexOf('\n');
  return end < 0 ? { line: text, after: '', ended: false } : { line: text.slice(0, end), after: text.slice(end + 1), ended: true };
}

/** The lines up to the delimiter, which stands alone on its line. */
function cutBlock(text: string, delimiter: string): { readonly value: string; readonly after: string } | null {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '') {
    const { line, after } = cutLine(rest);
    if (line === delimiter) return { value: lines.join('\n'), after };
    lines.push(line);
    rest = after;
  }
  return null;
}

function refuse(message: string): Assignments {
  return { ok: false, message };
}
