/** The colours of what git writes, by default ("color.ui" and the slots below it in git-config). */
import type { GitCall } from './call.ts';
import { fatal, failure } from './errors.ts';
import type { Options } from './options.ts';
import { parseBool } from './settings.ts';

const RESET = '\x1b[m';

/** Colours by what they are for, as in the manual's `color.<command>.<slot>`. */
const SLOTS = {
  meta: '1',
  frag: '36',
  old: '31',
  new: '32',
  plain: '',
  whitespace: '41',
  commit: '33',
  head: '1;36',
  branch: '1;32',
  remoteBranch: '1;31',
  tag: '1;33',
  stash: '1;35',
  current: '32',
  remote: '31',
  worktree: '36',
  upstream: '34',
  added: '32',
  changed: '31',
  filename: '35',
  lineNumber: '32',
  separator: '36',
  match: '1;31',
} as const;

export type Slot = keyof typeof SLOTS;

/** Writes text in a slot's colour, or as it is. */
export type Paint = (slot: Slot, text: string) => string;

export const unpainted: Paint = (_slot, text) => text;

export const painted: Paint = (slot, text) => `${SLOTS[slot] === '' ? '' : `\x1b[${SLOTS[slot]}m`}${text}${RESET}`;

/** How a command paints: by `--color`, then `color.<command>`, then `color.ui`. Without `always` nothing is coloured. */
export function paintOf(call: GitCall, command: string, options: Options | null): Paint {
  if (options?.negated('color')) return unpainted;
  if (options?.has('color')) return isAlways(options.value('color') || 'always') ? painted : unpainted;
  const configured = call.settings.get(`color.${command}`) ?? call.settings.get('color.ui') ?? 'auto';
  if (!['always', 'auto', 'never'].includes(configured) && parseBool(configured) === null)
    throw fatal(`bad boolean config value '${configured}' for 'color.${command}'`);
  return configured === 'always' ? painted : unpainted;
}

function isAlways(when: string): boolean {
  if (!['always', 'auto', 'never'].includes(when)) throw failure(`option \`color' expects "always", "auto", or "never"`, 129);
  return when === 'always';
}

/** Colours a patch line by line; also a combined one. */
export function paintPatch(text: string, paint: Paint): string {
  if (paint === unpainted || text === '') return text;
  let place: 'header' | 'hunk' | 'else' = 'else';
  let parents = 1;
  const lines = text.replace(/\n$/, '').split('\n');
  return lines
    .map((line) => {
      if (/^diff --(git|cc|combined) /.test(line)) place = 'header';
      else if (/^(Binary files .* differ$|GIT binary patch$|\* Unmerged path )/.test(line) && place !== 'hunk') place = 'else';
      const fragment = place === 'else' ? null : /^(@@+)( .*? \1)(\s*)(.*)$/.exec(line);
      if (fragment) {
        place = 'hunk';
        parents = (fragment[1]?.length ?? 2) - 1;
        return paintFragment(fragment, paint);
      }
      return `${place === 'header' ? paint('meta', line) : place === 'hunk' ? paintLine(line, parents, paint) : line}`;
    })
    .map((line) => `${line}\n`)
    .join('');
}

function paintFragment([, at = '', ranges = '', gap = '', heading = '']: RegExpExecArray, paint: Paint): string {
  return paint('frag', at + ranges) + (gap === '' ? '' : paint('plain', gap)) + (heading === '' ? '' : paint('plain', heading));
}

function paintLine(line: string, parents: number, paint: Paint): string {
  const signs = line.slice(0, parents);
  const [body, carriage] = line.endsWith('\r') ? [line.slice(0, -1), '\r'] : [line, ''];
  if (line.startsWith('\\')) return paint('plain', line);
  if (signs.includes('-')) return paint('old', body) + carriage;
  if (!signs.includes('+')) return paint('plain', body) + carriage;
  return parents > 1 ? paint('new', body) + carriage : paint('new', '+') + paintAdded(line.slice(1), paint);
}

/** An added line, whose white space at the end and before a tab of the indent is marked. */
function paintAdded(line: string, paint: Paint): string {
  const end = line.length - (/\s+$/.exec(line)?.[0].length ?? 0);
  let text = '';
  let [written, at] = [0, 0];
  for (; at < end && (line[at] === ' ' || line[at] === '\t'); at++) {
    if (line[at] !== '\t') continue;
    text += written < at ? `${paint('whitespace', line.slice(written, at))}\t` : '\t';
    written = at + 1;
  }
  if (written < end) text += paint('new', line.slice(written, end));
  return end < line.length ? text + paint('whitespace', line.slice(end)) : text;
}
