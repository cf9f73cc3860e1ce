/** A terminal's conversation with the world: prompt, lines, completion, running commands and their output. It knows no DOM. */
import type { WorldClient } from '../../world/contract.ts';
import { LineEditor, inColumns, keysOf, pastedText, sharedStart } from './line-editor.ts';
import { cursorRowOf, drawLine } from './screen.ts';

/** The part of xterm that a session needs. */
export interface Screen {
  readonly columns: number;
  /** Writes; `done` is called when it has been drawn. */
  write(text: string, done?: () => void): void;
  /** The cursor's column, from 0, once everything written has been drawn. */
  cursorColumn(): number;
}

export type Mode =
  { readonly name: 'starting' | 'prompt' | 'continuing' | 'searching' | 'closed' } | { readonly name: 'running'; readonly command: string };

export interface SessionHooks {
  /** Called before a command runs: unsaved edits are written, so that the command sees them. */
  beforeRun(): Promise<void>;
  onMode(mode: Mode): void;
  onExit(command: string, exitCode: number): void;
}

/** Output waiting to be drawn beyond this many characters loses its oldest part: the scrollback could not hold it anyway. */
const MOST_WAITING = 2_000_000;
const CHUNK = 65_536;
const CTRL_C = '\u0003';
const UP = ['\u001b[A', '\u001bOA'];
const DOWN = ['\u001b[B', '\u001bOB'];
/**
 * Lines typed this soon after a command began, in ms, wait a moment. Where a program cannot wait for input, a Python process takes all
 * that was typed when it starts, read or not; so it does not get what was meant for the prompt behind it.
 */
const HOLD = 150;
/** As bash asks before it lists many. */
const MANY_CANDIDATES = 100;

/** What a program writes that wants each key, and what it writes when it does no more: DECCKM, as less does. */
const KEY_MODE = /\u001b\[\?1([hl])/g;

/** A line or a key given to the running command; null is the end of input. */
interface Typed {
  readonly text: string | null;
  readonly kind: 'line' | 'key';
}

/** What was not read, as the keys that it was typed with. */
function asKeys({ text, kind }: Typed): readonly string[] {
  if (text === null) return [];
  if (kind === 'line') return [text, '\r'];
  // What the terminal answered to the command means nothing to a prompt.
  return text.startsWith('\u001b') ? [] : [text === '' ? '\r' : text];
}

export class TerminalSession {
  mode: Mode = { name: 'starting' };
  private id: number | null = null;
  private readonly client: WorldClient;
  private readonly screen: Screen;
  private readonly hooks: SessionHooks;
  private editor = new LineEditor();
  private prompt = '';
  private shownPrompt = '';
  private cursorRow = 0;
  private earlier = '';
  private typed = '';
  /** Lines that were pasted behind the one that runs. */
  private behind: string[] = [];
  /** Lines (null: end of input) given to the command. Those that it does not read belong to the prompt, as in a real terminal. */
  private sent: Typed[] = [];
  /** How many of `sent` back the line is that the up arrow has brought; 0 for one that is being typed. */
  private recalled = 0;
  /** How many of `sent` Ctrl+C has thrown away. */
  private discarded = 0;
  /** Lines typed to a command that has only just begun. */
  private held: Typed[] = [];
  /** The command takes each key as it is pressed, and shows it itself. */
  private readsKeys = false;
  private holdTimer: ReturnType<typeof setTimeout> | null = null;
  private startedAt = 0;
  /** The command has ended, its prompt is not there yet: keys wait. */
  private settling = false;
  private waitingInput: string[] = [];
  private lastKey = '';
  private question: ((yes: boolean) => void) | null = null;
  private output: string[] = [];
  private outputSize = 0;
  private lost = 0;
  private writing = false;
  private drained: (() => void)[] = [];
  private taking = false;
  /** The line that is being typed has made room for output. */
  private aside = false;

  constructor(client: WorldClient, screen: Screen, hooks: SessionHooks) {
    this.client = client;
    this.screen = screen;
    this.hooks = hooks;
  }

  /** Opens the terminal in the world and shows the first prompt. */
  async open(): Promise<void> {
    this.screen.write('\u001b[?2004h');
    const [handle, history] = await Promise.all([
      this.client.openTerminal(this.screen.columns, (text) => this.hear(text)),
      this.client.terminalHistory().catch(() => []),
    ]);
    // Closed while it was being opened: nobody else will hang up.
    if (this.closed) return this.client.closeTerminal(handle.id);
    this.id = handle.id;
    this.editor = new LineEditor(history);
    await this.nextPrompt();
  }

  /** Keys and pasted text, as xterm's onData gives them. */
  input(data: string): void {
    if (this.closed) return;
    this.waitingInput.push(...keysOf(data));
    void this.take();
  }

  /** Runs lines as if they were typed; text on the line is put aside. Gives false when a command is running. */
  run(code: string): boolean {
    if (this.mode.name === 'running' || this.mode.name === 'starting' || this.mode.name === 'closed') return false;
    if (this.mode.name === 'searching') this.input('\u0007');
    this.input('\u0005\u0015');
    this.input(`\u001b[200~${code.replace(/\s+$/, '')}\n\u001b[201~`);
    return true;
  }

  /** To be called after the terminal's size changed. */
  resized(): void {
    if (this.mode.name === 'running' || this.mode.name === 'starting') return;
    this.cursorRow = cursorRowOf(this.shownPrompt, this.editor.text, this.editor.cursor, this.screen.columns);
    this.redraw();
  }

  /** The world began anew, with a fresh shell behind this terminal. */
  began(): void {
    this.waitingInput = [];
    this.discardTyped();
    this.earlier = '';
    this.screen.write('\u001b[2J\u001b[3J\u001b[H');
    void this.nextPrompt();
  }

  /** Ctrl+C by a button. */
  interrupt(): void {
    this.waitingInput = [];
    this.input(CTRL_C);
  }

  /** Hangs up: what runs is killed, and nothing is shown any more. */
  async close(): Promise<void> {
    const { id } = this;
    this.id = null;
    this.dropTimer();
    this.waitingInput = [];
    this.discardTyped();
    this.setMode({ name: 'closed' });
    if (id !== null) await this.client.closeTerminal(id);
  }

  private get closed(): boolean {
    return this.mode.name === 'closed';
  }

  /** Takes keys one by one. A key that runs something holds the rest back until the prompt returns, as a pasted block needs. */
  private async take(): Promise<void> {
    if (this.taking) return;
    this.taking = true;
    try {
      while (this.waitingInput.length > 0 && !this.settling) {
        const key = this.waitingInput.shift() ?? '';
        const pasted = pastedText(key);
        if (this.question) this.answer(key);
        else if (this.mode.name === 'running') this.keyWhileRunning(pasted ?? key);
        else if (pasted !== null) this.paste(pasted);
        else await this.keyAtPrompt(key);
        this.lastKey = key;
      }
    } catch (error) {
      this.say(`\u001b[31m${error instanceof Error ? error.message : String(error)}\u001b[0m\n`);
      await this.nextPrompt();
    } finally {
      this.taking = false;
    }
    if (this.waitingInput.length > 0 && !this.settling) await this.take();
  }

  /** Pasted lines are entered one by one; the last one without a line break stays to be edited. */
  private paste(text: string): void {
    const lines = text.replace(/\t/g, '    ').split('\n');
    const keys = lines.flatMap((line, index) => [...(line === '' ? [] : [line]), ...(index < lines.length - 1 ? ['\r'] : [])]);
    this.waitingInput.unshift(...keys);
  }

  private async keyAtPrompt(key: string): Promise<void> {
    const effect = this.editor.key(key);
    this.setMode({ name: this.editor.search ? 'searching' : this.earlier === '' ? 'prompt' : 'continuing' });
    switch (effect.type) {
      case 'redraw':
        return this.redraw();
      case 'bell':
        return this.screen.write('\u0007');
      case 'clear':
        this.screen.write('\u001b[2J\u001b[H');
        this.cursorRow = 0;
        return this.redraw();
      case 'complete':
        return this.complete();
      case 'interrupt':
        this.leaveLine('^C');
        this.earlier = '';
        return this.nextPrompt();
      case 'eof':
        this.leaveLine('');
        if (this.earlier === '') this.say('Close the tab to leave: this terminal stays open.\n');
        this.earlier = '';
        return this.nextPrompt();
      case 'submit':
        return this.submit(effect.text);
      case 'none':
    }
  }

  private async submit(line: string): Promise<void> {
    this.leaveLine('');
    const text = this.earlier + line;
    if (text.trim() === '') return this.nextPrompt();
    if (this.id === null) return;
    if (await this.client.terminalNeedsMore(this.id, text)) {
      this.earlier = `${text}\n`;
      this.prompt = '> ';
      this.newLine();
      this.setMode({ name: 'continuing' });
      return;
    }
    this.earlier = '';
    this.editor.remember(text);
    this.startedAt = performance.now();
    this.setMode({ name: 'running', command: text });
    await this.hooks.beforeRun();
    const id = this.id;
    const keys = this.waitingInput.splice(0);
    // Whoever pressed Ctrl+C before the command had begun meant it.
    const stop = keys.lastIndexOf(CTRL_C);
    // Pasted lines that follow wait for the prompt.
    this.behind = keys.slice(stop + 1);
    // Not awaited here: keys typed meanwhile go to the command.
    void this.client.terminalRun(id, text).then(
      ({ exitCode, inputsRead }) => this.finished(text, exitCode, inputsRead),
      (error: unknown) => {
        this.say(`\u001b[31m${error instanceof Error ? error.message : String(error)}\u001b[0m\n`);
        void this.finished(text, 1, Infinity);
      },
    );
    if (stop >= 0) this.stop();
  }

  private async finished(command: string, exitCode: number, inputsRead: number): Promise<void> {
    if (this.closed) return;
    this.settling = true;
    this.dropTimer();
    // After Ctrl+C the lines that were pasted behind are dropped, as nobody wants them to go on.
    const behind = exitCode === 130 ? [] : this.behind;
    const unread = [...this.sent.slice(Math.max(inputsRead, this.discarded)), ...this.held];
    const typedAhead = [...unread.flatMap(asKeys), this.typed].filter((key) => key !== '');
    this.discardTyped();
    this.sent = [];
    this.readsKeys = false;
    this.discarded = this.recalled = 0;
    this.waitingInput.unshift(...behind, ...typedAhead);
    await this.nextPrompt();
    this.settling = false;
    this.hooks.onExit(command, exitCode);
    await this.take();
  }

  /** Hands a line to the running command, or holds it while the command has only just begun. */
  private send(text: string | null, kind: Typed['kind'] = 'line'): void {
    const wait = this.startedAt + HOLD - performance.now();
    this.held.push({ text, kind });
    if (wait <= 0) this.release();
    else this.holdTimer ??= setTimeout(() => this.release(), wait);
  }

  private release(): void {
    this.dropTimer();
    if (this.id === null) return;
    for (const typed of this.held.splice(0)) {
      this.sent.push(typed);
      void this.client.terminalInput(this.id, typed.text === null ? null : `${typed.text}\n`);
    }
  }

  /** What Ctrl+C does with what was typed and pasted before it. */
  private discardTyped(): void {
    this.behind = [];
    this.held = [];
    this.typed = '';
    this.discarded = this.sent.length;
  }

  /** Interrupts the running command. */
  private stop(): void {
    if (this.id === null) return;
    this.say('^C\n');
    void this.client.terminalInterrupt(this.id);
  }

  private dropTimer(): void {
    if (this.holdTimer !== null) clearTimeout(this.holdTimer);
    this.holdTimer = null;
  }

  private keyWhileRunning(key: string): void {
    if (this.id === null) return;
    if (key === CTRL_C) {
      this.discardTyped();
      this.stop();
    } else if (this.readsKeys) {
      for (const each of key.startsWith('\u001b') ? [key] : key) this.send(/[\r\n]/.test(each) ? '' : each, 'key');
    } else if (key === '\u0004') {
      if (this.typed === '') this.send(null);
    } else if (key === '\u007f' || key === '\b') {
      if (this.typed === '') return;
      this.typed = this.typed.slice(0, -1);
      this.say('\b \b');
    } else if (key === '\u0015') {
      this.say('\b \b'.repeat(this.typed.length));
      this.typed = '';
    } else if (key === '\r') {
      this.say('\n');
      this.send(this.typed);
      this.typed = '';
      this.recalled = 0;
    } else if (UP.includes(key) || DOWN.includes(key)) {
      this.recall(UP.includes(key) ? 1 : -1);
    } else if (key === '\t') {
      // At Python's prompt this is how a block is begun.
      this.typed += '    ';
      this.say('    ');
    } else if (!key.startsWith('\u001b') && key >= ' ') {
      const lines = key.split('\n');
      lines.forEach((line, index) => {
        this.typed += line;
        this.say(line);
        if (index < lines.length - 1) this.keyWhileRunning('\r');
      });
    }
  }

  /** Brings back what was typed to the running command: the prompt of Python has no other history. */
  private recall(by: number): void {
    const lines = [...this.sent, ...this.held].flatMap(({ text, kind }) => (kind === 'line' && text !== null && text !== '' ? [text] : []));
    const at = Math.min(Math.max(this.recalled + by, 0), lines.length);
    if (at === this.recalled) return;
    this.recalled = at;
    this.say('\b \b'.repeat(this.typed.length));
    this.typed = at === 0 ? '' : (lines.at(-at) ?? '');
    this.say(this.typed);
  }

  private async complete(): Promise<void> {
    if (this.id === null) return;
    const { text, cursor } = this.editor;
    const { from, candidates } = await this.client.terminalComplete(this.id, text, cursor);
    if (this.editor.text !== text || this.editor.cursor !== cursor) return;
    const [only] = candidates;
    if (only === undefined) return this.screen.write('\u0007');
    if (candidates.length === 1) {
      this.editor.replaceFrom(from, only.endsWith('/') ? only : `${only} `);
      return this.redraw();
    }
    const shared = sharedStart(candidates);
    if (shared.length > cursor - from) {
      this.editor.replaceFrom(from, shared);
      return this.redraw();
    }
    if (this.lastKey !== '\t') return this.screen.write('\u0007');
    this.leaveLine('', true);
    if (candidates.length <= MANY_CANDIDATES || (await this.ask(`Display all ${candidates.length} possibilities? (y or n) `)))
      this.say(`${inColumns(candidates, this.screen.columns)}\n`);
    await this.drain();
    this.cursorRow = 0;
    this.redraw();
  }

  private async ask(words: string): Promise<boolean> {
    this.say(words);
    // The question is answered by the next key, which this very loop has to be free to take.
    this.taking = false;
    const yes = await new Promise<boolean>((resolve) => {
      this.question = resolve;
    });
    this.question = null;
    this.taking = true;
    this.say(yes ? 'y\n' : 'n\n');
    return yes;
  }

  private answer(key: string): void {
    if (['y', 'Y', ' ', '\t'].includes(key)) this.question?.(true);
    else if (['n', 'N', '\u0003', '\u007f', '\r'].includes(key)) this.question?.(false);
  }

  /** Shows the prompt, once all output before it has been drawn, at the start of a row. */
  private async nextPrompt(): Promise<void> {
    if (this.id === null) return;
    const prompt = await this.client.terminalPrompt(this.id);
    await this.drain();
    if (this.closed) return;
    if (this.screen.cursorColumn() > 0) this.screen.write('\r\n');
    this.prompt = prompt;
    this.newLine();
    this.setMode({ name: 'prompt' });
  }

  private newLine(): void {
    this.editor.reset();
    this.cursorRow = 0;
    this.redraw();
  }

  private redraw(): void {
    // It is drawn behind the output, with all that has been typed by then.
    if (this.aside) return;
    const { text, cursor, search } = this.editor;
    this.shownPrompt = search ? `(${search.failed ? 'failed ' : ''}reverse-i-search)\`${search.words}': ` : this.prompt;
    const drawn = drawLine(this.shownPrompt, text, cursor, this.screen.columns, this.cursorRow);
    this.cursorRow = drawn.cursorRow;
    this.screen.write(drawn.output);
  }

  /** Leaves the line where it stands and goes to the row below it. */
  private leaveLine(mark: string, keepText = false): void {
    this.comeBack();
    const { text } = this.editor;
    if (this.editor.search) this.editor.search = null;
    const drawn = drawLine(this.prompt, text, text.length, this.screen.columns, this.cursorRow);
    this.screen.write(`${drawn.output}${mark}\r\n`);
    this.cursorRow = 0;
    if (!keepText) this.editor.reset();
  }

  /** Output of the world. What a command in the background says must not run into the line that is being typed. */
  private hear(text: string): void {
    const typing = ['prompt', 'continuing', 'searching'].includes(this.mode.name) && !this.settling && this.question === null;
    if (!typing || this.closed) return this.receive(text);
    const isFirst = !this.aside;
    if (isFirst) this.screen.write(`${this.cursorRow > 0 ? `\u001b[${this.cursorRow}A` : ''}\r\u001b[J`);
    this.aside = true;
    this.cursorRow = 0;
    this.receive(text);
    if (isFirst) void this.drain().then(() => this.comeBack());
  }

  /** Draws the line that is being typed again, below the output. */
  private comeBack(): void {
    if (!this.aside) return;
    this.aside = false;
    if (this.closed || this.mode.name === 'running') return;
    if (this.screen.cursorColumn() > 0) this.screen.write('\r\n');
    this.redraw();
  }

  private receive(text: string): void {
    if (this.closed) return;
    for (const [, mode] of text.matchAll(KEY_MODE)) this.readsKeys = mode === 'h';
    for (let from = 0; from < text.length; from += CHUNK) this.output.push(text.slice(from, from + CHUNK));
    this.outputSize += text.length;
    while (this.outputSize > MOST_WAITING && this.output.length > 1) {
      const gone = this.output.shift() ?? '';
      this.outputSize -= gone.length;
      this.lost += gone.length;
    }
    this.pump();
  }

  private say(text: string): void {
    this.receive(text);
  }

  private pump(): void {
    if (this.writing) return;
    let chunk = '';
    if (this.lost > 0) {
      chunk = `\u001b[0m\n\u001b[33m[${(this.lost / 1e6).toFixed(1)} MB of output not shown: it came faster than it can be drawn]\u001b[0m\n`;
      this.lost = 0;
    }
    while (this.output.length > 0 && chunk.length < CHUNK) chunk += this.output.shift() ?? '';
    if (chunk === '') {
      for (const resolve of this.drained.splice(0)) resolve();
      return;
    }
    this.outputSize = Math.max(0, this.outputSize - chunk.length);
    this.writing = true;
    this.screen.write(chunk, () => {
      this.writing = false;
      this.pump();
    });
  }

  private drain(): Promise<void> {
    return new Promise((resolve) => {
      this.drained.push(() => this.screen.write('', resolve));
      this.pump();
    });
  }

  private setMode(mode: Mode): void {
    if (this.closed || (mode.name === this.mode.name && mode.name !== 'running')) return;
    this.mode = mode;
    this.hooks.onMode(mode);
  }
}
