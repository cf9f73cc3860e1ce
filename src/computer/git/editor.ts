import type { GitCall } from './call.ts';
import { GitExit } from './errors.ts';
import { splitLines } from './engine.ts';

/** The editor that settings and environment name, or null. */
export function editorOf(call: GitCall): string | null {
  const named = call.env.get('GIT_EDITOR') ?? call.settings.get('core.editor');
  if (named !== undefined) return named;
  const visual = call.env.get('TERM') === 'dumb' || call.env.get('TERM') === undefined ? undefined : call.env.get('VISUAL');
  return visual ?? call.env.get('EDITOR') ?? null;
}

/**
 * Opens a file in the learner's editor and waits; ends the command where there is none or it fails.
 * A message that is ready needs nobody to look at it: in a terminal without an editor it is taken as it is.
 */
export async function runEditor(call: GitCall, path: string, editor: string | null, ready = true): Promise<void> {
  if (editor === null) {
    const term = call.env.get('TERM');
    if (term === undefined || term === 'dumb') throw new GitExit('error: Terminal is dumb, but EDITOR unset\n', 1);
    if (ready && cleanMessage(call.disk.readText(path) ?? '', 'strip') !== '') return;
    throw new GitExit('error: There is no editor in this terminal\n', 1);
  }
  if (editor === ':' || editor === 'true') return;
  const { stdout, stderr, exitCode } = await call.run(`${editor} ${quote(path)}`, call.tryRepository?.workTree ?? call.cwd);
  call.out(stdout);
  call.err(stderr);
  if (exitCode !== 0) throw new GitExit(`error: There was a problem with the editor '${editor}'.\n`, 1);
}

/** Opens a message's file in the editor; one that fails ends the command with the other ways to give a message. */
export async function editMessageFile(call: GitCall, path: string, editor = editorOf(call)): Promise<void> {
  try {
    await runEditor(call, path, editor);
  } catch (error) {
    if (error instanceof GitExit) throw new GitExit(`${error.text}Please supply the message using either -m or -F option.\n`, 1);
    throw error;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Takes comments out of a message and puts its blank lines in order, as `--cleanup` says. */
export function cleanMessage(text: string, mode: 'strip' | 'whitespace' | 'verbatim' | 'scissors', comment = '#'): string {
  if (mode === 'verbatim') return text;
  const scissors = text.search(new RegExp(`^${comment} -+ >8 -+$`, 'm'));
  const kept = mode === 'scissors' && scissors !== -1 ? text.slice(0, scissors) : text;
  const lines = splitLines(kept)
    .filter((line) => mode !== 'strip' || !line.startsWith(comment))
    .map((line) => line.replace(/\s+$/, ''));
  const result: string[] = [];
  for (const line of lines) if (line !== '' || (result.length > 0 && result.at(-1) !== '')) result.push(line);
  while (result.at(-1) === '') result.pop();
  return result.length === 0 ? '' : `${result.join('\n')}\n`;
}
