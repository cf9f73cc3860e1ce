/** One Monaco editor over the open files: models, markers, panels between the lines, and going to a place. */
import type { Diagnostic } from '../../pipelines/contract.ts';
import type { OpenFile } from '../open-files.svelte.ts';
import { token } from '../theme.ts';
import { mergeBlocks } from './merge.ts';
import { languageOf, monaco } from './monaco.ts';

type Model = monaco.editor.ITextModel;

interface Held {
  readonly model: Model;
  view: monaco.editor.ICodeEditorViewState | null;
  /** Set while the model takes over a change from outside. */
  taking: boolean;
  decorations: string[];
}

export interface EditorHooks {
  edited(file: OpenFile, text: string): void;
  save(file: OpenFile): void;
}

/** The smallest single replacement that turns one text into another, as offsets of the first. */
export function replacement(before: string, after: string): { readonly from: number; readonly to: number; readonly text: string } {
  let from = 0;
  const shorter = Math.min(before.length, after.length);
  while (from < shorter && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < shorter - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from, to: before.length - end, text: after.slice(from, after.length - end) };
}

export class CodeEditor {
  private readonly editor: monaco.editor.IStandaloneCodeEditor;
  private readonly hooks: EditorHooks;
  private readonly held = new Map<OpenFile, Held>();
  private zones: string[] = [];
  private shown: OpenFile | null = null;

  constructor(host: HTMLElement, hooks: EditorHooks) {
    this.hooks = hooks;
    const mono = token('--pl-mono');
    this.editor = monaco.editor.create(host, {
      model: null,
      theme: 'plumbline',
      automaticLayout: true,
      accessibilitySupport: 'auto',
      ariaLabel: 'Editor. Control M lets the Tab key leave it.',
      bracketPairColorization: { enabled: false },
      contextmenu: true,
      editContext: false,
      fixedOverflowWidgets: true,
      folding: false,
      fontFamily: mono,
      fontLigatures: false,
      fontSize: 13,
      guides: { indentation: false },
      lineDecorationsWidth: 14,
      lineHeight: 20,
      lineNumbersMinChars: 4,
      minimap: { enabled: false },
      occurrencesHighlight: 'off',
      overviewRulerBorder: false,
      overviewRulerLanes: 0,
      padding: { top: 6, bottom: 6 },
      renderLineHighlight: 'line',
      scrollBeyondLastLine: false,
      scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
      stickyScroll: { enabled: false },
      tabSize: 2,
      unicodeHighlight: { ambiguousCharacters: false },
      wordBasedSuggestions: 'currentDocument',
    });
    // The width of a character is measured once; a font that comes later has to be measured again.
    void document.fonts.load(`13px ${mono}`).then(() => monaco.editor.remeasureFonts());
    this.editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => {
      if (this.shown) this.hooks.save(this.shown);
    });
  }

  /** Shows a file, or nothing. */
  show(file: OpenFile | null): void {
    if (file === this.shown) return;
    const before = this.shown && this.held.get(this.shown);
    if (before) before.view = this.editor.saveViewState();
    this.clearZones();
    this.shown = file;
    const held = file && this.hold(file);
    this.editor.setModel(held ? held.model : null);
    if (held?.view) this.editor.restoreViewState(held.view);
    if (file) this.mark(file, file.diagnostics);
  }

  /** Takes over a text that changed outside the editor; cursor and undo history stay. */
  takeOver(file: OpenFile): void {
    const held = this.held.get(file);
    if (!held || held.model.getValue() === file.text) return;
    const { from, to, text } = replacement(held.model.getValue(), file.text);
    const range = monaco.Range.fromPositions(held.model.getPositionAt(from), held.model.getPositionAt(to));
    held.taking = true;
    held.model.pushEditOperations([], [{ range, text }], () => null);
    held.taking = false;
    this.decorate(held);
  }

  /** A file that got another name may be in another language now. */
  renamed(file: OpenFile): void {
    const model = this.held.get(file)?.model;
    if (model) monaco.editor.setModelLanguage(model, languageOf(file.path));
  }

  /** Marks a file's problems, and shows each under its line when the file is the one in sight. */
  mark(file: OpenFile, diagnostics: readonly Diagnostic[]): void {
    const held = this.held.get(file);
    if (!held) return;
    const markers = diagnostics.map((one) => {
      const line = Math.min(one.line, held.model.getLineCount());
      const word = held.model.getWordAtPosition({ lineNumber: line, column: one.column });
      return {
        severity: one.severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
        message: one.message,
        startLineNumber: line,
        startColumn: one.column,
        endLineNumber: line,
        endColumn: one.endColumn ?? word?.endColumn ?? held.model.getLineMaxColumn(line),
      };
    });
    monaco.editor.setModelMarkers(held.model, 'plumbline', markers);
    if (file === this.shown) this.showZones(diagnostics, held.model);
  }

  goTo(line: number, column: number): void {
    const model = this.editor.getModel();
    if (!model) return;
    const position = model.validatePosition({ lineNumber: line, column });
    this.editor.setPosition(position);
    this.editor.revealPositionInCenter(position, monaco.editor.ScrollType.Immediate);
    this.editor.focus();
  }

  focus(): void {
    this.editor.focus();
  }

  /** Replaces lines of the shown file, as one step of its undo history. */
  replaceLines(from: number, to: number, lines: readonly string[]): void {
    const model = this.editor.getModel();
    if (!model) return;
    const last = to >= model.getLineCount();
    const range = last ? new monaco.Range(from, 1, to, model.getLineMaxColumn(to)) : new monaco.Range(from, 1, to + 1, 1);
    const text = lines.length === 0 ? '' : lines.join('\n') + (last ? '' : '\n');
    this.editor.executeEdits('merge', [{ range, text }]);
    this.editor.focus();
  }

  /** Forgets files that were closed. */
  keepOnly(files: readonly OpenFile[]): void {
    for (const [file, held] of this.held) {
      if (files.includes(file)) continue;
      this.held.delete(file);
      held.model.dispose();
    }
  }

  dispose(): void {
    this.keepOnly([]);
    this.editor.dispose();
  }

  private hold(file: OpenFile): Held {
    const known = this.held.get(file);
    if (known) return known;
    // Without an address of its own choice: a file that is renamed keeps its model.
    const model = monaco.editor.createModel(file.text, languageOf(file.path));
    model.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } });
    const held: Held = { model, view: null, taking: false, decorations: [] };
    this.held.set(file, held);
    model.onDidChangeContent(() => {
      this.decorate(held);
      if (!held.taking) this.hooks.edited(file, model.getValue());
    });
    this.decorate(held);
    return held;
  }

  /** Expressions of workflow files and the two sides of unfinished merges. */
  private decorate(held: Held): void {
    const { model } = held;
    const expressions =
      model.getLanguageId() === 'yaml' ? model.findMatches('\\$\\{\\{.*?\\}\\}', false, true, false, null, false, 500) : [];
    const whole = (from: number, to: number, className: string): monaco.editor.IModelDeltaDecoration => ({
      range: new monaco.Range(from, 1, Math.max(from, to), 1),
      options: { isWholeLine: true, className },
    });
    const text = model.getValueLength() < 2_000_000 ? model.getValue() : '';
    const merges = mergeBlocks(text.replaceAll('\r', '')).flatMap(({ start, middle, end }) => [
      whole(start, start, 'wb-merge-mark'),
      ...(middle > start + 1 ? [whole(start + 1, middle - 1, 'wb-merge-ours')] : []),
      whole(middle, middle, 'wb-merge-mark'),
      ...(end > middle + 1 ? [whole(middle + 1, end - 1, 'wb-merge-theirs')] : []),
      whole(end, end, 'wb-merge-mark'),
    ]);
    held.decorations = model.deltaDecorations(held.decorations, [
      ...expressions.map(({ range }) => ({ range, options: { inlineClassName: 'wb-expression' } })),
      ...merges,
    ]);
  }

  private clearZones(): void {
    this.editor.changeViewZones((change) => {
      for (const zone of this.zones) change.removeZone(zone);
    });
    this.zones = [];
  }

  private showZones(diagnostics: readonly Diagnostic[], model: Model): void {
    this.clearZones();
    const byLine = new Map<number, Diagnostic[]>();
    for (const one of diagnostics) {
      const line = Math.min(one.line, model.getLineCount());
      byLine.set(line, [...(byLine.get(line) ?? []), one]);
    }
    const heights = new Map<number, number>();
    this.editor.changeViewZones((change) => {
      for (const [line, list] of byLine) {
        const node = panel(list);
        // Measured in the place where it will stand, since long messages wrap.
        const { contentWidth } = this.editor.getLayoutInfo();
        node.style.width = `${Math.max(160, Math.min(contentWidth, 900))}px`;
        document.body.append(node);
        const heightInPx = node.offsetHeight;
        node.remove();
        node.style.width = '';
        heights.set(line, heightInPx);
        this.zones.push(change.addZone({ afterLineNumber: line, heightInPx, domNode: node }));
      }
    });
    this.revealBelow(heights);
  }

  /** What is said of the line that is being written comes into sight with it, also at the end of the file. */
  private revealBelow(heights: ReadonlyMap<number, number>): void {
    const line = this.editor.getPosition()?.lineNumber ?? 0;
    const below = heights.get(line);
    if (below === undefined || !this.editor.hasTextFocus()) return;
    const { height, horizontalScrollbarHeight } = this.editor.getLayoutInfo();
    const bottom = this.editor.getBottomForLineNumber(line) + below + horizontalScrollbarHeight;
    if (bottom > this.editor.getScrollTop() + height) this.editor.setScrollTop(bottom - height);
  }
}

/** The panel under a line. Words in quotes or backticks are names and stand out. It repeats what the list of problems says. */
function panel(diagnostics: readonly Diagnostic[]): HTMLElement {
  const node = document.createElement('div');
  node.className = 'wb-zone';
  node.setAttribute('aria-hidden', 'true');
  for (const one of diagnostics) {
    const row = document.createElement('p');
    row.className = one.severity;
    const text = document.createElement('span');
    for (const [index, part] of one.message.split(/[`"“”]/).entries()) {
      if (index % 2 === 0) text.append(part);
      else text.append(Object.assign(document.createElement('b'), { textContent: part }));
    }
    const place = Object.assign(document.createElement('span'), { className: 'place', textContent: ` ${one.line}:${one.column}` });
    text.append(place);
    const icon = Object.assign(document.createElement('span'), { className: 'pl-st' });
    icon.dataset['state'] = one.severity === 'error' ? 'fails' : 'unknown';
    row.append(icon, text);
    node.append(row);
  }
  return node;
}
