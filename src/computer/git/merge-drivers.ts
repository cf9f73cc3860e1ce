/** How files are merged: `-X ours`, and the `merge` attribute ("Performing a three-way merge" in gitattributes). */
import type { MergeDriver } from 'just-git';
import type { GitCall } from './call.ts';
import { conflictContent } from './conflict.ts';
import { decode, encode } from './disk.ts';
import { fatal } from './errors.ts';
import type { TreeFile } from './repository.ts';

/** How `-X` decides conflicts. */
export type Favour = 'ours' | 'theirs' | null;

type Sides = Parameters<MergeDriver>[0];

/**
 * Decides about each file by its attribute; text is left to git's own way, with what `-X` says. Files that may not be merged, and
 * that both sides have changed, are added to `unmergeable`.
 */
export function mergeDriver(call: GitCall, favour: Favour, unmergeable: Set<string>): MergeDriver {
  const attributes = call.repository.attributes();
  return async (sides) => {
    const value = attributes.get(sides.path, 'merge') ?? call.settings.get('merge.default');
    if (value === false || value === 'binary') {
      // Bytes that are no text are found out by the engine itself.
      if ([sides.ours, sides.theirs].some((text) => /[\0\ufffd]/.test(text))) return null;
      if (favour === null) unmergeable.add(sides.path);
      return { content: favour === 'theirs' ? sides.theirs : sides.ours, conflict: favour === null };
    }
    if (value === 'union') return resolved(call, sides, (one, other) => one + other);
    const command = typeof value === 'string' ? call.settings.get(`merge.${value}.driver`) : undefined;
    if (command !== undefined) return runDriver(call, command, sides);
    if (favour === null) return null;
    return resolved(call, sides, (one, other) => (favour === 'ours' ? one : other));
  };
}

/** The text merged, with a choice where both sides differ. */
async function resolved(call: GitCall, { base, ours, theirs }: Sides, choose: (one: string, other: string) => string) {
  const blob = (text: string): TreeFile => ({ mode: 0o100644, id: call.repository.objects.write('blob', encode(text)) });
  const labels = { ours: 'side one', theirs: 'side two' };
  const conflict = { path: 'f', base: base === null ? null : blob(base), ours: blob(ours), theirs: blob(theirs) };
  const marked = await conflictContent(call, conflict, labels);
  if (marked === null) return null;
  const content = decode(marked).replace(
    /<<<<<<< side one\n([\s\S]*?)=======\n([\s\S]*?)>>>>>>> side two\n/g,
    (_, one: string, other: string) => choose(one, other),
  );
  return { content, conflict: false };
}

/** `merge.<name>.driver`: a command that leaves its result in the file of our side, with 0 when it is clean. */
async function runDriver(call: GitCall, command: string, { path, base, ours, theirs }: Sides) {
  const folder = call.repository.workTree ?? call.repository.gitDir;
  const files = { O: base ?? '', A: ours, B: theirs };
  const name = (letter: string): string => `.merge_file_${letter}`;
  for (const [letter, text] of Object.entries(files)) call.disk.write(`${folder}/${name(letter)}`, text);
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const words: Readonly<Record<string, string>> = { O: name('O'), A: name('A'), B: name('B'), L: '7', P: quote(path), '%': '%' };
  const line = command.replace(/%([OABLP%])/g, (_, letter: string) => words[letter] ?? '');
  const { stdout, stderr, exitCode } = await call.run(line, folder);
  call.out(stdout);
  call.err(stderr);
  const content = call.disk.readText(`${folder}/${name('A')}`) ?? '';
  for (const letter of Object.keys(files)) call.disk.remove(`${folder}/${name(letter)}`);
  if (exitCode > 128) throw fatal(`Failed to execute internal merge`);
  return { content, conflict: exitCode !== 0 };
}
