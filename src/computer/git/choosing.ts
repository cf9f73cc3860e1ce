/** Choosing hunks one by one, as add, reset, checkout, restore and stash do with `--patch` ("INTERACTIVE MODE" of git-add). */
import { applyOwn } from './commands/apply.ts';
import type { ApplyHow } from './applying.ts';
import type { GitCall } from './call.ts';
import { writeDiff, type Pair } from './diff.ts';
import { editorOf, runEditor } from './editor.ts';
import { GitExit } from './errors.ts';
import { narrow, parsePatch, reversed, wholeLines, widen, type FilePatch } from './patch.ts';

/** What is being chosen for: how git words it, and where the chosen hunks go. */
export interface Choice {
  /** `Stage`, `Unstage`, … */
  readonly verb: string;
  /** ` from worktree`, ` to index`, … */
  readonly place: string;
  /** `staging`, in the hint of an edited hunk. */
  readonly marking: string;
  readonly reverse: boolean;
  /** The differences are shown from the work tree to what is wanted. */
  readonly turned: boolean;
  /** Puts a patch where it belongs; gives what git says when it does not fit. */
  apply(patches: readonly FilePatch[]): Promise<string>;
  /** How an edited hunk is tried. */
  readonly trial: ApplyHow;
}

type Use = 'undecided' | 'use' | 'skip';

interface ChosenHunk {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  readonly section: string;
  /** With their signs and newlines; `\ No newline` lines among them. */
  readonly lines: readonly string[];
  use: Use;
  /** By how much an edit has changed the number of added lines. */
  readonly delta: number;
  /** The hunk of the diff that it was split from. */
  readonly whole: ChosenHunk | null;
}

/** Goes through the files that differ; gives true when anything was chosen. */
export async function chooseHunks(call: GitCall, pairs: readonly Pair[], choice: Choice): Promise<boolean> {
  let binaries = 0;
  let files = 0;
  let any = false;
  for (const pair of pairs) {
    if (pair.status === 'U') continue;
    const text = narrow(await writeDiff(call, [pair], choice.turned ? { patch: true, srcPrefix: 'b/', dstPrefix: 'a/' } : { patch: true }));
    files++;
    if (/^Binary files .* differ$/m.test(text)) {
      binaries++;
      continue;
    }
    const file = new FileChoice(call, text, choice);
    const { quit, chosen } = await file.ask();
    any ||= chosen;
    if (quit) return any;
  }
  if (files === 0) call.err('No changes.\n');
  else if (binaries === files) call.err('Only binary files changed.\n');
  return any;
}

const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)\n$/;

/** One file's hunks and what has been said about each. */
class FileChoice {
  readonly #call: GitCall;
  readonly #choice: Choice;
  /** Lines above the first hunk, without those about the mode. */
  readonly #head: readonly string[];
  /** `old mode` and `new mode`, which are a hunk of their own. */
  readonly #mode: readonly string[];
  readonly #kind: 'addition' | 'deletion' | 'hunk';
  #modeUse: Use = 'undecided';
  #hunks: ChosenHunk[];

  constructor(call: GitCall, text: string, choice: Choice) {
    this.#call = call;
    this.#choice = choice;
    const lines = wholeLines(text);
    const first = lines.findIndex((line) => line.startsWith('@@ '));
    const head = first === -1 ? lines : lines.slice(0, first);
    this.#mode = head.filter((line) => /^(old|new) mode /.test(line));
    this.#head = head.filter((line) => !/^(old|new) mode /.test(line));
    this.#kind = head.some((line) => line.startsWith('new file mode '))
      ? 'addition'
      : head.some((line) => line.startsWith('deleted file mode '))
        ? 'deletion'
        : 'hunk';
    this.#hunks = first === -1 ? [] : readHunks(lines.slice(first));
  }

  /** Hunks with the change of mode, if there is one, in front. */
  get #count(): number {
    return this.#hunks.length + this.#offset;
  }

  get #offset(): number {
    return this.#mode.length > 0 ? 1 : 0;
  }

  #use(at: number): Use {
    return at < this.#offset ? this.#modeUse : (this.#hunks[at - this.#offset]?.use ?? this.#modeUse);
  }

  #decide(at: number, use: Use): void {
    const hunk = this.#hunks[at - this.#offset];
    if (at < this.#offset || hunk === undefined) this.#modeUse = use;
    else hunk.use = use;
  }

  #text(at: number): string {
    const text = at < this.#offset ? this.#mode.join('') : hunkText(this.#hunks[at - this.#offset]);
    return this.#kind === 'deletion' ? this.#head.slice(1).join('') + text : text;
  }

  /** Asks until every hunk is decided. An empty file that is new or gone is a hunk of its own. */
  async ask(): Promise<{ readonly quit: boolean; readonly chosen: boolean }> {
    if (this.#count === 0 && this.#kind !== 'addition') return { quit: false, chosen: false };
    const { quit } = await this.#loop();
    const total = Math.max(1, this.#count);
    const chosen = Array.from({ length: total }, (_, at) => this.#use(at)).includes('use');
    if (chosen) this.#call.err(await this.#choice.apply(parsePatch(this.#chosenText())));
    this.#call.out('\n');
    return { quit, chosen };
  }

  async #loop(): Promise<{ readonly quit: boolean }> {
    const call = this.#call;
    this.#say(this.#kind === 'deletion' ? (this.#head[0] ?? '') : this.#head.join(''));
    let at = 0;
    // The version that is followed goes on allowing what it has allowed once for this file.
    const allowed = new Set<string>();
    for (;;) {
      if (at >= this.#count) at = 0;
      const previous = this.#undecided(at, -1);
      const next = this.#undecided(at, 1);
      if (previous === -1 && next === -1 && this.#use(at) !== 'undecided') return { quit: false };
      if (this.#count > 0) this.#say(this.#text(at));
      const more = this.#permitted(at, previous, next);
      for (const letter of more) allowed.add(letter);
      call.out(`(${at + 1}/${Math.max(1, this.#count)}) ${this.#prompt(at, more)}`);
      const answer = await call.readLine();
      if (answer === null) return { quit: false };
      if (answer === '') continue;
      const letter = answer.charAt(0);
      const after = next === -1 ? this.#count : next;
      switch (letter.toLowerCase()) {
        case 'y':
        case 'n':
          this.#decide(at, letter.toLowerCase() === 'y' ? 'use' : 'skip');
          at = after;
          continue;
        case 'a':
        case 'd':
        case 'q':
          this.#decideRest(at, letter.toLowerCase() === 'a' ? 'use' : 'skip');
          if (letter.toLowerCase() === 'q') return { quit: true };
          at = this.#count;
          continue;
      }
      if (letter === 'e') {
        if (!allowed.has('e')) call.err('Sorry, cannot edit this hunk\n');
        else if (await this.#edit(at)) at = after;
        continue;
      }
      if (letter === 's') {
        if (!allowed.has('s')) call.err('Sorry, cannot split this hunk\n');
        else this.#split(at);
        continue;
      }
      at = Math.max(0, await this.#move(at, answer, { more, allowed }, previous, next));
    }
  }

  /** The nearest hunk before or after that nobody has decided, or -1. */
  #undecided(from: number, step: 1 | -1): number {
    for (let at = from + step; at >= 0 && at < this.#count; at += step) if (this.#use(at) === 'undecided') return at;
    return -1;
  }

  #decideRest(from: number, use: Use): void {
    if (this.#count === 0) this.#decide(0, use);
    for (let at = from; at < this.#count; at++) if (this.#use(at) === 'undecided') this.#decide(at, use);
  }

  /** Letters that make sense here beside y, n, q, a and d. */
  #permitted(at: number, previous: number, next: number): readonly string[] {
    if (this.#count === 0) return [];
    const hunk = this.#hunks[at - this.#offset];
    return [
      ...(previous === -1 ? [] : ['k']),
      ...(at === 0 ? [] : ['K']),
      ...(next === -1 ? [] : ['j']),
      ...(at + 1 < this.#count ? ['J'] : []),
      ...(this.#count > 1 ? ['g', '/'] : []),
      ...(at >= this.#offset && hunk !== undefined && pieces(hunk).length > 1 ? ['s'] : []),
      ...(at + 1 > this.#offset && this.#kind !== 'deletion' ? ['e'] : []),
    ];
  }

  #prompt(at: number, more: readonly string[]): string {
    const { verb, place } = this.#choice;
    const what = this.#kind === 'hunk' ? (at < this.#offset ? 'mode change' : 'this hunk') : this.#kind;
    return `${verb} ${what}${place} [y,n,q,a,d${more.map((letter) => `,${letter}`).join('')},?]? `;
  }

  async #move(
    at: number,
    answer: string,
    { more, allowed }: { readonly more: readonly string[]; readonly allowed: ReadonlySet<string> },
    previous: number,
    next: number,
  ): Promise<number> {
    const call = this.#call;
    const letter = answer.charAt(0);
    const jumps: Readonly<Record<string, readonly [to: number, refusal: string]>> = {
      K: [at - 1, 'No previous hunk'],
      J: [at + 1, 'No next hunk'],
      k: [previous, 'No previous hunk'],
      j: [next, 'No next hunk'],
    };
    const jump = Object.hasOwn(jumps, letter) ? jumps[letter] : undefined;
    if (jump !== undefined) {
      if (allowed.has(letter)) return jump[0];
      call.err(`${jump[1]}\n`);
      return at;
    }
    if (letter === 'g') return this.#goTo(at, answer.slice(1).trim(), allowed);
    if (letter === '/') return this.#search(at, answer.slice(1), allowed);
    this.#help(more);
    return at;
  }

  async #goTo(at: number, typed: string, allowed: ReadonlySet<string>): Promise<number> {
    const call = this.#call;
    if (!allowed.has('g')) {
      call.err('No other hunks to goto\n');
      return at;
    }
    let wanted = typed;
    let from = Math.max(this.#offset, at - 10);
    while (wanted === '') {
      const to = Math.min(this.#count, from + 20);
      for (; from < to; from++) this.#say(this.#summary(from));
      call.out(from < this.#count ? 'go to which hunk (<ret> to see more)? ' : 'go to which hunk? ');
      const line = await call.readLine();
      if (line === null) break;
      wanted = line.trim();
      if (wanted === '' && from >= this.#count) from = this.#offset;
    }
    if (!/^\d+$/.test(wanted)) call.err(`Invalid number: '${wanted}'\n`);
    else if (Number(wanted) > 0 && Number(wanted) <= this.#count) return Number(wanted) - 1;
    else call.err(`Sorry, only ${this.#count} hunk${this.#count === 1 ? '' : 's'} available.\n`);
    return at;
  }

  /** A line of the list that `g` shows. */
  #summary(at: number): string {
    const mark = this.#use(at) === 'use' ? '+' : this.#use(at) === 'skip' ? '-' : ' ';
    const hunk = this.#hunks[at - this.#offset];
    if (hunk === undefined) return '';
    const place = ` -${hunk.oldStart},${hunk.oldCount} +${hunk.newStart},${hunk.newCount} `;
    const line = hunk.lines.find((one) => /^[-+]/.test(one)) ?? '\n';
    return `${mark}${String(at + 1).padStart(2)}: ${place.padEnd(20)}${line.slice(0, 60).replace(/\n$/, '')}\n`;
  }

  async #search(at: number, typed: string, allowed: ReadonlySet<string>): Promise<number> {
    const call = this.#call;
    if (!allowed.has('/')) {
      call.err('No other hunks to search\n');
      return at;
    }
    let pattern = typed;
    if (pattern === '') {
      call.out('search for regex? ');
      pattern = (await call.readLine()) ?? '';
      if (pattern === '') return at;
    }
    let expression: RegExp;
    try {
      expression = new RegExp(pattern, 'm');
    } catch {
      call.err(`Malformed search regexp ${pattern}: ${/^[^)]*\($/.test(pattern) ? 'Unmatched ( or \\(' : 'Invalid regular expression'}\n`);
      return at;
    }
    for (let step = 0; step < this.#count; step++) {
      const candidate = (at + step) % this.#count;
      if (expression.test(widen(this.#text(candidate)))) return candidate;
    }
    call.err('No hunk matches the given pattern\n');
    return at;
  }

  #help(more: readonly string[]): void {
    const { verb, place } = this.#choice;
    const low = verb.toLowerCase();
    const lines = [
      `y - ${low} this hunk${place}`,
      `n - do not ${low} this hunk${place}`,
      `q - quit; do not ${low} this hunk or any of the remaining ones`,
      `a - ${low} this hunk and all later hunks in the file`,
      `d - do not ${low} this hunk or any of the later hunks in the file`,
      ...HELP.filter(([letter]) => letter === '?' || more.includes(letter)).map(([letter, text]) => `${letter} - ${text}`),
    ];
    this.#call.out(`${lines.join('\n')}\n`);
  }

  #split(at: number): void {
    const own = at - this.#offset;
    const hunk = this.#hunks[own];
    if (hunk === undefined) return;
    const parts = pieces(hunk);
    this.#hunks.splice(own, 1, ...parts);
    this.#call.out(`Split into ${parts.length} hunks.\n`);
  }

  /** Lets the person edit a hunk until it applies; false when it is given up. */
  async #edit(at: number): Promise<boolean> {
    const call = this.#call;
    const own = at - this.#offset;
    const hunk = this.#hunks[own];
    if (hunk === undefined) return false;
    for (;;) {
      const edited = await this.#editOnce(hunk);
      if (edited === null) return false;
      const problem = applyOwn(call, this.#trialPatch(edited), this.#choice.trial, false);
      if (problem === '') {
        this.#hunks[own] = { ...edited, use: 'use' };
        return true;
      }
      call.err(`${problem}error: 'git apply --cached' failed\n`);
      if (!(await this.#again())) return false;
    }
  }

  async #again(): Promise<boolean> {
    for (;;) {
      this.#call.out('Your edited hunk does not apply. Edit again (saying "no" discards!) [y/n]? ');
      const answer = await this.#call.readLine();
      if (answer === null) return false;
      if (/^[nN]/.test(answer)) return false;
      if (/^[yY]/.test(answer)) return true;
    }
  }

  async #editOnce(hunk: ChosenHunk): Promise<ChosenHunk | null> {
    const call = this.#call;
    const file = `${call.repository.gitDir}/addp-hunk-edit.diff`;
    const [drop, keep] = this.#choice.reverse ? ['+', '-'] : ['-', '+'];
    const guide = [
      '---',
      `To remove '${drop}' lines, make them ' ' lines (context).`,
      `To remove '${keep}' lines, delete them.`,
      'Lines starting with # will be removed.',
      `If the patch applies cleanly, the edited hunk will immediately be marked for ${this.#choice.marking}.`,
      'If it does not apply cleanly, you will be given an opportunity to',
      'edit again.  If all lines of the hunk are removed, then the edit is',
      'aborted and the hunk is left unchanged.',
    ];
    const comments = guide.map((line) => `# ${line}\n`).join('');
    call.disk.write(file, `# Manual hunk edit mode -- see bottom for a quick guide.\n${widen(hunkText(hunk))}${comments}`);
    try {
      await runEditor(call, file, editorOf(call), false);
    } catch (error) {
      if (!(error instanceof GitExit)) throw error;
      call.err(error.text);
      return null;
    }
    const lines = wholeLines(narrow(call.disk.readText(file) ?? '')).filter((line) => !line.startsWith('#') && !line.startsWith('@@'));
    if (lines.length === 0) return null;
    const body = lines.map((line) => (line === '\n' ? ' \n' : line));
    const count = (pattern: RegExp): number => body.filter((line) => pattern.test(line)).length;
    const [oldCount, newCount] = [count(/^[- ]/), count(/^[+ ]/)];
    const delta = newCount - oldCount - (hunk.newCount - hunk.oldCount);
    return { ...hunk, lines: body, oldCount, newCount, delta, whole: null };
  }

  #trialPatch(hunk: ChosenHunk): readonly FilePatch[] {
    const text = this.#head.join('') + hunkText(hunk);
    const patches = parsePatch(text);
    return this.#choice.reverse ? patches.map(reversed) : patches;
  }

  /** The patch of what was chosen. */
  #chosenText(): string {
    const [first = '', ...rest] = this.#head;
    const mode = this.#modeUse === 'use' ? this.#mode : [];
    let text = [first, ...mode, ...rest].join('');
    let delta = 0;
    for (const hunk of joined(this.#hunks)) {
      if (hunk.use !== 'use') delta += hunk.oldCount - hunk.newCount;
      else {
        const [oldStart, newStart] = this.#choice.reverse ? [hunk.oldStart - delta, hunk.newStart] : [hunk.oldStart, hunk.newStart + delta];
        text += hunkText({ ...hunk, oldStart, newStart });
        delta += hunk.delta;
      }
    }
    return text;
  }

  #say(text: string): void {
    this.#call.out(widen(text));
  }
}

const HELP: readonly (readonly [letter: string, text: string])[] = [
  ['j', 'leave this hunk undecided, see next undecided hunk'],
  ['J', 'leave this hunk undecided, see next hunk'],
  ['k', 'leave this hunk undecided, see previous undecided hunk'],
  ['K', 'leave this hunk undecided, see previous hunk'],
  ['g', 'select a hunk to go to'],
  ['/', 'search for a hunk matching the given regex'],
  ['s', 'split the current hunk into smaller hunks'],
  ['e', 'manually edit the current hunk'],
  ['?', 'print help'],
];

function readHunks(lines: readonly string[]): ChosenHunk[] {
  const hunks: ChosenHunk[] = [];
  for (let at = 0; at < lines.length;) {
    const match = HEADER.exec(lines[at] ?? '');
    let end = at + 1;
    while (end < lines.length && !HEADER.test(lines[end] ?? '')) end++;
    hunks.push({
      oldStart: Number(match?.[1] ?? 0),
      oldCount: Number(match?.[2] ?? 1),
      newStart: Number(match?.[3] ?? 0),
      newCount: Number(match?.[4] ?? 1),
      section: match?.[5] ?? '',
      lines: lines.slice(at + 1, end),
      use: 'undecided',
      delta: 0,
      whole: null,
    });
    at = end;
  }
  return hunks;
}

function hunkText(hunk: ChosenHunk | undefined): string {
  if (hunk === undefined) return '';
  const range = (start: number, count: number): string => (count === 1 ? String(start) : `${start},${count}`);
  return `@@ -${range(hunk.oldStart, hunk.oldCount)} +${range(hunk.newStart, hunk.newCount)} @@${hunk.section}\n${hunk.lines.join('')}`;
}

/** A hunk in parts: each run of changes with all the context around it, which neighbours share. */
function pieces(hunk: ChosenHunk): readonly ChosenHunk[] {
  const { lines } = hunk;
  const runs: [start: number, end: number][] = [];
  for (let at = 0; at < lines.length; at++) {
    if (!/^[-+\\]/.test(lines[at] ?? '')) continue;
    const last = runs.at(-1);
    if (last && last[1] === at) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  if (runs.length < 2) return [hunk];
  return runs.map((_, number): ChosenHunk => {
    const start = number === 0 ? 0 : (runs[number - 1]?.[1] ?? 0);
    const end = number === runs.length - 1 ? lines.length : (runs[number + 1]?.[0] ?? lines.length);
    const [own, above] = [lines.slice(start, end), lines.slice(0, start)];
    const count = (of: readonly string[], signs: RegExp): number => of.filter((line) => signs.test(line)).length;
    return {
      oldStart: hunk.oldStart + count(above, /^[- ]/),
      oldCount: count(own, /^[- ]/),
      newStart: hunk.newStart + count(above, /^[+ ]/),
      newCount: count(own, /^[+ ]/),
      section: number === 0 ? hunk.section : '',
      lines: own,
      use: 'undecided',
      delta: 0,
      whole: hunk,
    };
  });
}

/** Neighbours that were split and both chosen overlap in their context: they become one hunk again. */
function joined(hunks: readonly ChosenHunk[]): readonly ChosenHunk[] {
  const result: ChosenHunk[] = [];
  for (const hunk of hunks) {
    const last = result.at(-1);
    const overlap = last === undefined ? 0 : last.oldStart + last.oldCount - hunk.oldStart;
    if (last === undefined || last.use !== 'use' || hunk.use !== 'use' || overlap < 0) {
      result.push(hunk);
      continue;
    }
    const lines = [...last.lines, ...hunk.lines.slice(overlap)];
    const count = (signs: RegExp): number => lines.filter((line) => signs.test(line)).length;
    result[result.length - 1] = { ...last, lines, oldCount: count(/^[- ]/), newCount: count(/^[+ ]/), delta: last.delta + hunk.delta };
  }
  return result;
}
