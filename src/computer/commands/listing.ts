/** `ls`, because just-bash's shows neither modes nor owners and does not lay out columns. */
import type { CustomCommand, FsStat, IFileSystem } from 'just-bash';
import { defineCommand } from 'just-bash/browser';
import { childPath, resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { failed } from './result.ts';

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: FsStat;
  readonly target: string | null;
}

const FLAGS = 'aAdFhl1rRSt';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const HALF_A_YEAR = 182 * 86_400_000;
const LONG_FLAGS: Readonly<Record<string, string>> = {
  '--all': 'a',
  '--almost-all': 'A',
  '--classify': 'F',
  '--directory': 'd',
  '--human-readable': 'h',
  '--recursive': 'R',
  '--reverse': 'r',
};

export function listingCommands(host: CommandHost): readonly CustomCommand[] {
  return [
    defineCommand('ls', async (args, ctx) => {
      const terminal = host.interactive && host.streams().stdout;
      if (args.includes('--help') && ctx.origCommand !== undefined) return ctx.origCommand(['--help']);
      const operands: string[] = [];
      let flags = '';
      for (const arg of args) {
        if (Object.hasOwn(LONG_FLAGS, arg)) flags += LONG_FLAGS[arg];
        else if (arg.startsWith('--color')) continue;
        else if (arg.startsWith('--')) return failed(`ls: unrecognized option '${arg}'\nTry 'ls --help' for more information.\n`, 2);
        else if (arg.startsWith('-') && arg.length > 1) flags += arg.slice(1);
        else operands.push(arg);
      }
      const unknown = [...flags].find((flag) => !FLAGS.includes(flag));
      if (unknown !== undefined) return failed(`ls: invalid option -- '${unknown}'\nTry 'ls --help' for more information.\n`, 2);
      const listing = new Listing(ctx.fs, flags, { terminal, columns: host.columns, login: host.user.login, now: host.clock.now() });
      return listing.list(operands.length === 0 ? ['.'] : operands, ctx.cwd);
    }),
  ];
}

interface Look {
  readonly terminal: boolean;
  readonly columns: number;
  readonly login: string;
  readonly now: number;
}

class Listing {
  readonly #fs: IFileSystem;
  readonly #flags: string;
  readonly #look: Look;

  constructor(fs: IFileSystem, flags: string, look: Look) {
    this.#fs = fs;
    this.#flags = flags;
    this.#look = look;
  }

  async list(operands: readonly string[], cwd: string) {
    let stderr = '';
    const files: Entry[] = [];
    const directories: Entry[] = [];
    for (const operand of operands) {
      const path = resolvePath(cwd, operand);
      const entry = await this.#entry(operand, path);
      if (entry === null) {
        stderr += `ls: cannot access '${operand}': No such file or directory\n`;
        continue;
      }
      const through =
        entry.stat.isSymbolicLink && !this.#has('l') && (await this.#fs.exists(path)) ? await this.#fs.stat(path) : entry.stat;
      if (through.isDirectory && !this.#has('d')) directories.push(entry);
      else files.push(entry);
    }
    const blocks: string[] = [];
    if (files.length > 0) blocks.push(this.#format(this.#sorted(files), false));
    const titled = operands.length > 1 || this.#has('R');
    for (const directory of this.#sorted(directories)) await this.#directory(directory, titled, blocks);
    return { stdout: blocks.join('\n'), stderr, exitCode: stderr === '' ? 0 : 2, stdoutKind: 'text' as const };
  }

  async #directory(directory: Entry, titled: boolean, blocks: string[]): Promise<void> {
    const names = await this.#fs.readdir(directory.path);
    const found: Entry[] = [];
    for (const name of names) {
      if (name.startsWith('.') && !this.#has('a') && !this.#has('A')) continue;
      const entry = await this.#entry(name, childPath(directory.path, name));
      if (entry !== null) found.push(entry);
    }
    const entries = this.#sorted(found);
    if (this.#has('a')) {
      const self = await this.#fs.stat(directory.path);
      const above = await this.#fs.stat(resolvePath(directory.path, '..'));
      entries.unshift(
        { name: '.', path: directory.path, stat: self, target: null },
        { name: '..', path: directory.path, stat: above, target: null },
      );
    }
    blocks.push(`${titled ? `${directory.name}:\n` : ''}${this.#format(entries, true)}`);
    if (!this.#has('R')) return;
    for (const entry of entries) {
      if (!entry.stat.isDirectory || entry.name === '.' || entry.name === '..') continue;
      await this.#directory({ ...entry, name: `${directory.name}/${entry.name}` }, true, blocks);
    }
  }

  async #entry(name: string, path: string): Promise<Entry | null> {
    try {
      const stat = await this.#fs.lstat(path);
      return { name, path, stat, target: stat.isSymbolicLink ? await this.#fs.readlink(path) : null };
    } catch {
      return null;
    }
  }

  #sorted(entries: readonly Entry[]): Entry[] {
    const by = this.#has('S')
      ? (a: Entry, b: Entry) => b.stat.size - a.stat.size
      : this.#has('t')
        ? (a: Entry, b: Entry) => b.stat.mtime.getTime() - a.stat.mtime.getTime()
        : () => 0;
    const sorted = [...entries].sort((a, b) => by(a, b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return this.#has('r') ? sorted.reverse() : sorted;
  }

  #format(entries: readonly Entry[], withTotal: boolean): string {
    if (this.#has('l')) return this.#long(entries, withTotal);
    if (entries.length === 0) return '';
    const shown = entries.map((entry) => ({ text: this.#name(entry), width: entry.name.length + this.#mark(entry).length }));
    if (!this.#look.terminal || this.#has('1')) return shown.map(({ text }) => `${text}\n`).join('');
    return inColumns(shown, this.#look.columns);
  }

  #long(entries: readonly Entry[], withTotal: boolean): string {
    const sizes = entries.map(({ stat }) => (this.#has('h') ? humanSize(stat.size) : String(stat.size)));
    const width = Math.max(0, ...sizes.map((size) => size.length));
    const blocks = entries.reduce((sum, { stat }) => sum + (stat.isFile ? Math.ceil(stat.size / 4096) * 4 : 0), 0);
    const { login } = this.#look;
    const lines = entries.map((entry, i) => {
      const arrow = entry.target === null ? '' : ` -> ${entry.target}`;
      return `${modeText(entry.stat)} 1 ${login} ${login} ${sizes[i]!.padStart(width)} ${this.#time(entry.stat.mtime)} ${this.#name(entry)}${arrow}\n`;
    });
    return `${withTotal ? `total ${this.#has('h') ? humanSize(blocks * 1024) : blocks}\n` : ''}${lines.join('')}`;
  }

  #time(time: Date): string {
    const day = `${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)}`;
    const age = this.#look.now - time.getTime();
    if (age > HALF_A_YEAR || age < -HALF_A_YEAR) return `${day}  ${time.getUTCFullYear()}`;
    return `${day} ${String(time.getUTCHours()).padStart(2, '0')}:${String(time.getUTCMinutes()).padStart(2, '0')}`;
  }

  #name(entry: Entry): string {
    const mark = this.#mark(entry);
    if (!this.#look.terminal) return `${entry.name}${mark}`;
    const colour = entry.stat.isDirectory ? '1;34' : entry.stat.isSymbolicLink ? '1;36' : (entry.stat.mode & 0o111) !== 0 ? '1;32' : null;
    return colour === null ? `${entry.name}${mark}` : `\x1b[${colour}m${entry.name}\x1b[0m${mark}`;
  }

  #mark({ stat }: Entry): string {
    if (!this.#has('F')) return '';
    if (stat.isDirectory) return '/';
    if (stat.isSymbolicLink) return this.#has('l') ? '' : '@';
    return (stat.mode & 0o111) === 0 ? '' : '*';
  }

  #has(flag: string): boolean {
    return this.#flags.includes(flag);
  }
}

/** Down the columns, as GNU ls does, in as few lines as fit. */
function inColumns(shown: readonly { readonly text: string; readonly width: number }[], width: number): string {
  for (let lines = 1; lines <= shown.length; lines++) {
    const columns = Math.ceil(shown.length / lines);
    const widths = Array.from({ length: columns }, (_, column) =>
      Math.max(...shown.slice(column * lines, (column + 1) * lines).map((cell) => cell.width)),
    );
    const total = widths.reduce((sum, each) => sum + each, 0) + 2 * (columns - 1);
    if (total > width && lines < shown.length) continue;
    return Array.from({ length: lines }, (_, line) => {
      const cells = widths.flatMap((cellWidth, column) => {
        const cell = shown[column * lines + line];
        if (cell === undefined) return [];
        const isLast = shown[(column + 1) * lines + line] === undefined;
        return [isLast ? cell.text : `${cell.text}${' '.repeat(cellWidth - cell.width)}`];
      });
      return `${cells.join('  ')}\n`;
    }).join('');
  }
  return '';
}

function modeText({ isDirectory, isSymbolicLink, mode }: FsStat): string {
  const type = isDirectory ? 'd' : isSymbolicLink ? 'l' : '-';
  const bits = [0o400, 0o200, 0o100, 0o040, 0o020, 0o010, 0o004, 0o002, 0o001];
  return type + bits.map((bit, i) => ((mode & bit) === 0 ? '-' : 'rwx'[i % 3])).join('');
}

/** `4.0K`, `12K`, `1.5M`: rounded up, as GNU does. */
function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    unit++;
  }
  const rounded = value < 10 ? Math.ceil(value * 10) / 10 : Math.ceil(value);
  return `${rounded < 10 ? rounded.toFixed(1) : rounded}${'KMGT'[unit]}`;
}
