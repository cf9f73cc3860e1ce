/** Splits a script into the statements that a prompt would have run, with the line (from 1) each begins on; comments and blank lines are left out. */
export function statementsOf(
  script: string,
  needsMore: (text: string) => boolean,
): readonly { readonly text: string; readonly line: number }[] {
  const statements: { text: string; line: number }[] = [];
  let open: { text: string; line: number } | null = null;
  script.split('\n').forEach((line, i) => {
    if (open === null && /^\s*(#.*)?$/.test(line)) return;
    open = open === null ? { text: line, line: i + 1 } : { text: `${open.text}\n${line}`, line: open.line };
    if (needsMore(open.text)) return;
    statements.push(open);
    open = null;
  });
  // An unfinished last statement runs as it is, and the shell says what is missing.
  if (open !== null) statements.push(open);
  return statements;
}
