/** Keys of the whole workbench. Those of an editor, a terminal or a tree are with them. */
import type { View, Workbench } from './state.svelte.ts';

export interface KeyHelp {
  readonly keys: readonly string[];
  readonly does: string;
}

/** Every key, as the dialog behind `?` lists them. */
export const allKeys: readonly { readonly title: string; readonly keys: readonly KeyHelp[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      { keys: ['F6'], does: 'Next pane' },
      { keys: ['Shift F6'], does: 'Previous pane' },
      { keys: ['Ctrl Enter'], does: 'Check now' },
      { keys: ['Alt 1', 'to', 'Alt 4'], does: 'Code, History, Runs, Phone' },
      { keys: ['Alt O'], does: 'Origin' },
      { keys: ['Alt 5', 'Alt 6'], does: 'Lesson text, terminal' },
      { keys: ['Alt H'], does: 'Next hint' },
      { keys: ['Ctrl K'], does: 'Search the course' },
      { keys: ['?'], does: 'This list' },
    ],
  },
  {
    title: 'Terminal',
    keys: [
      { keys: ['Ctrl Shift E'], does: 'Leave the terminal' },
      { keys: ['Ctrl Shift O'], does: 'Open the last address of the origin' },
      { keys: ['Tab'], does: 'Complete; twice: list' },
      { keys: ['↑', '↓'], does: 'Earlier, later lines' },
      { keys: ['Ctrl R'], does: 'Search earlier lines' },
      { keys: ['Ctrl C'], does: 'Stop what runs, or drop the line' },
      { keys: ['Ctrl D'], does: 'End of input for what runs' },
      { keys: ['Ctrl A', 'Ctrl E'], does: 'Start, end of the line' },
      { keys: ['Alt B', 'Alt F'], does: 'Word back, forward' },
      { keys: ['Ctrl U', 'Ctrl K', 'Ctrl W'], does: 'Cut to start, to end, a word' },
      { keys: ['Ctrl L'], does: 'Clear' },
    ],
  },
  {
    title: 'Editor and files',
    keys: [
      { keys: ['Ctrl S'], does: 'Save now' },
      { keys: ['Ctrl M'], does: 'Let Tab leave the editor' },
      { keys: ['F8'], does: 'Next problem' },
      { keys: ['F1'], does: 'All of the editor’s commands' },
      { keys: ['F2', 'Delete'], does: 'In the tree: rename, delete' },
    ],
  },
  {
    title: 'Logs',
    keys: [
      { keys: ['E', 'Shift E'], does: 'Next, previous error' },
      { keys: ['/'], does: 'Search the log' },
    ],
  },
];

const views: readonly View[] = ['code', 'history', 'runs', 'phone'];
/** Views beyond the four that have digits of their own. */
const further: Readonly<Record<string, View>> = { KeyO: 'origin' };

/** True where letters are text: single-letter keys stay away from there. */
export function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input, textarea, select, [role=textbox]') ||
      target.closest('.monaco-editor, .xterm') !== null)
  );
}

/** What a key asks of the workbench, or null. */
export type Command = 'next-pane' | 'previous-pane' | 'check' | 'hint' | 'keys' | 'leave-terminal' | 'read' | 'terminal' | View;

type KeyLike = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The workbench's own meaning of a key. `inText` says that letters are text there, `singleKeys` that lone letters may act. */
export function commandOf(event: KeyLike, inText: boolean, singleKeys: boolean): Command | null {
  const control = event.ctrlKey || event.metaKey;
  if (event.key === 'F6' && !control && !event.altKey) return event.shiftKey ? 'previous-pane' : 'next-pane';
  if (control && !event.altKey && !event.shiftKey && event.key === 'Enter') return 'check';
  if (control && event.shiftKey && event.code === 'KeyE') return 'leave-terminal';
  if (event.altKey && !control && !event.shiftKey) {
    if (event.code === 'KeyH') return 'hint';
    if (Object.hasOwn(further, event.code)) return further[event.code] ?? null;
    const digit = /^Digit([1-6])$/.exec(event.code)?.[1];
    if (digit === '5') return 'read';
    if (digit === '6') return 'terminal';
    return digit === undefined ? null : (views[Number(digit) - 1] ?? null);
  }
  return event.key === '?' && singleKeys && !inText && !control && !event.altKey ? 'keys' : null;
}

/** The panes that F6 goes through, in the order of the page. */
function panes(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.getClientRects().length > 0);
}

/** Moves the focus to the next or previous pane. */
function movePane(step: 1 | -1): void {
  const all = panes();
  // A pane may stand in another one, after whose start it then comes.
  const within = all.findLastIndex((pane) => pane.contains(document.activeElement));
  const to = all[(within + step + all.length) % all.length] ?? all[0];
  if (to) focusPane(to);
}

/** Where the work of a pane is, best first: its own choice, where one types, what is chosen in a list, and then any control. */
const WORK = [
  '[data-pane-focus]:not([disabled])',
  '.xterm-helper-textarea, .native-edit-context, .inputarea',
  '[role=treeitem][tabindex="0"], [role=option][tabindex="0"], [role=tab][aria-selected=true], [aria-current=true]',
  'textarea, [tabindex="0"], button:not([disabled]), a[href], input:not([disabled])',
];

/** Focuses a pane where one can work in it, or else itself. */
function focusPane(pane: HTMLElement): void {
  const inSight = (selector: string): HTMLElement | undefined =>
    [...pane.querySelectorAll<HTMLElement>(selector)].find((element) => element.checkVisibility({ visibilityProperty: true }));
  const self = pane.hasAttribute('data-pane-self');
  const target = self ? pane : (WORK.map(inSight).find((element) => element !== undefined) ?? pane);
  if (target === pane && !pane.hasAttribute('tabindex')) pane.tabIndex = -1;
  target.focus();
}

/** Listens for the workbench's keys; returns how to stop. */
export function installKeys(workbench: Workbench): () => void {
  const listen = (event: KeyboardEvent): void => {
    if (document.querySelector('dialog[open]')) return;
    const command = commandOf(event, isTextField(event.target), workbench.layout.singleKeys);
    if (command === null) return;
    if (command === 'leave-terminal' && !(event.target instanceof Element && event.target.closest('.xterm'))) return;
    event.preventDefault();
    event.stopPropagation();
    obey(workbench, command);
  };
  // First in line: the editor and the terminal would take some of these.
  addEventListener('keydown', listen, true);
  return () => removeEventListener('keydown', listen, true);
}

function obey(workbench: Workbench, command: Command): void {
  switch (command) {
    case 'next-pane':
    case 'leave-terminal':
      return movePane(1);
    case 'previous-pane':
      return movePane(-1);
    case 'check':
      return void workbench.checkNow();
    case 'hint':
      return void workbench.nextHint();
    case 'keys':
      workbench.dialog = 'keys';
      return;
    case 'read': {
      workbench.tab = 'read';
      if (workbench.layout.width !== 'phone' && workbench.layout.isReadingFolded(workbench.view))
        workbench.layout.foldReading(workbench.view, false);
      const pane = document.querySelector<HTMLElement>('[data-pane=lesson]');
      if (pane) requestAnimationFrame(() => focusPane(pane));
      return;
    }
    case 'terminal':
      workbench.showTerminal();
      requestAnimationFrame(() => {
        const pane = document.querySelector<HTMLElement>('[data-pane=terminal]');
        if (pane) focusPane(pane);
      });
      return;
    default:
      workbench.show(command);
      requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-pane=views] [aria-selected=true]')?.focus());
  }
}
