/** Text in a terminal that leads somewhere: files by name and line, and addresses of the origin. */
import type { ILink, Terminal } from '@xterm/xterm';
import { addressesIn, type FoundAddress } from '../origin/address.ts';
import type { Workbench } from '../state.svelte.ts';

/** A line as it was written, which may take several rows. */
interface WrittenLine {
  readonly text: string;
  /** The cell of a place in the text; both count from 1, as xterm's links do. */
  cellOf(index: number): { readonly x: number; readonly y: number };
}

/** The line that a row belongs to (from 0). Wide characters count as one cell. */
function lineAt({ buffer: { active } }: Terminal, row: number): WrittenLine {
  let first = row;
  while (first > 0 && active.getLine(first)?.isWrapped) first -= 1;
  const rows: string[] = [active.getLine(first)?.translateToString() ?? ''];
  while (active.getLine(first + rows.length)?.isWrapped) rows.push(active.getLine(first + rows.length)?.translateToString() ?? '');
  return {
    text: rows.join('').trimEnd(),
    cellOf: (index) => {
      let [y, left] = [0, index];
      while (y < rows.length - 1 && left >= rows[y]!.length) left -= rows[y++]!.length;
      return { x: left + 1, y: first + y + 1 };
    },
  };
}

const FILE = /(?:[\w.-]+\/)*[\w.-]+\.\w+(?::(\d+)(?::(\d+))?)?/g;

/** What a row (from 1) shows that leads somewhere. */
export function linksAt(terminal: Terminal, row: number, workbench: Workbench): ILink[] {
  const line = lineAt(terminal, row - 1);
  const link = (index: number, text: string, activate: () => void): ILink => ({
    range: { start: line.cellOf(index), end: line.cellOf(index + text.length - 1) },
    text,
    activate,
  });
  const addresses = addressesIn(line.text, workbench.repository);
  return [
    ...addresses.map(({ index, text, address }) => link(index, text, () => void workbench.openAddress(address))),
    ...fileLinks(line.text, workbench, link),
  ];
}

/** Names of files that exist, with their line: `train.py:31`. */
function fileLinks(
  text: string,
  workbench: Workbench,
  link: (index: number, text: string, activate: () => void) => ILink,
): readonly ILink[] {
  return [...text.matchAll(FILE)].flatMap((match) => {
    const [whole, line, column] = match;
    const path = workbench.absolute(whole.replace(/(:\d+)+$/, ''));
    if (!workbench.nodes.some((node) => node.path === path && node.type === 'file')) return [];
    const open = (): void => void workbench.openPath(path, line ? Number(line) : undefined, column ? Number(column) : undefined);
    return [link(match.index, whole, open)];
  });
}

/** The last address of the origin that a terminal shows, for those who do not point. */
export function lastAddress(terminal: Terminal, repository: string): FoundAddress | null {
  const { baseY, cursorY } = terminal.buffer.active;
  for (let row = baseY + cursorY; row >= 0; row -= 1) {
    if (terminal.buffer.active.getLine(row)?.isWrapped) continue;
    const found = addressesIn(lineAt(terminal, row).text, repository).at(-1);
    if (found !== undefined) return found;
  }
  return null;
}
