import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { onThemeChange, token } from '../theme.ts';

export type { Terminal } from '@xterm/xterm';

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** xterm's theme from the tokens: `--pl-term-*` are its keys in kebab case. */
function theme(): Record<string, string> {
  const colours = COLOURS.flatMap((name) => [
    [name, token(`--pl-term-${name}`)],
    [`bright${name[0]?.toUpperCase()}${name.slice(1)}`, token(`--pl-term-bright-${name}`)],
  ]);
  return {
    ...(Object.fromEntries(colours) as Record<string, string>),
    background: token('--pl-term-bg'),
    foreground: token('--pl-term-fg'),
    cursor: token('--pl-term-cursor'),
    cursorAccent: token('--pl-term-bg'),
    selectionBackground: token('--pl-term-selection'),
  };
}

export interface OpenedTerminal {
  readonly terminal: Terminal;
  /** Fits columns and rows to the host; gives whether they changed. */
  fit(): boolean;
  /** What stands in it, without colours: at most so many lines, the last ones, a wrapped line as one. */
  lastLines(most: number): readonly string[];
  dispose(): void;
}

function linesOf({ buffer: { active } }: Terminal): readonly string[] {
  const lines: string[] = [];
  for (let row = 0; row <= active.baseY + active.cursorY; row += 1) {
    const line = active.getLine(row);
    const text = line?.translateToString(true) ?? '';
    if (line?.isWrapped && lines.length > 0) lines.push(`${lines.pop()}${text}`);
    else lines.push(text);
  }
  return lines;
}

/** Opens an xterm in `host`. Its font is waited for a moment, since the width of a cell is measured once. */
export async function openXterm(host: HTMLElement): Promise<OpenedTerminal> {
  const family = token('--pl-mono');
  const font = document.fonts.load(`13px ${family}`).catch(() => []);
  let late = false;
  await Promise.race([font, new Promise((resolve) => setTimeout(resolve, 150)).then(() => (late = true))]);
  const terminal = new Terminal({
    convertEol: true,
    cursorStyle: 'block',
    drawBoldTextInBrightColors: false,
    fontFamily: family,
    fontSize: 13,
    fontWeightBold: 600,
    lineHeight: 1.2,
    minimumContrastRatio: 4.5,
    screenReaderMode: true,
    scrollback: 5000,
    theme: theme(),
  });
  const addon = new FitAddon();
  terminal.loadAddon(addon);
  terminal.open(host);
  const stop = onThemeChange(() => (terminal.options.theme = theme()));
  /** Measures the letters anew: only another font makes xterm forget what it has measured. */
  const measure = (): void => {
    terminal.options.fontFamily = 'monospace';
    terminal.options.fontFamily = family;
  };
  let outOfSight = false;
  const fit = (): boolean => {
    const { cols, rows } = terminal;
    if (host.clientWidth === 0 || host.clientHeight === 0) {
      outOfSight = true;
      return false;
    }
    // What was drawn or came out of sight was measured there, where every letter is 0 px wide.
    if (outOfSight) measure();
    outOfSight = false;
    addon.fit();
    return terminal.cols !== cols || terminal.rows !== rows;
  };
  fit();
  if (late) {
    void font.then(() => {
      measure();
      fit();
    });
  }
  return {
    terminal,
    fit,
    lastLines: (most) => linesOf(terminal).slice(-most),
    dispose: () => {
      stop();
      terminal.dispose();
    },
  };
}
