/** Runs the lines of a recipe, each in a shell of its own. */
import type { Expansion } from './expand.ts';
import type { Recipe } from './rules.ts';
import { inOrder } from './in-order.ts';
import { placeText } from './errors.ts';

/** What running needs of the make that it is part of. */
export interface Shell {
  /** Runs a command whose output appears where make's does; gives its exit code. */
  run(command: string, expansion: Expansion): Promise<number>;
  say(stream: 'stdout' | 'stderr', text: string): void;
  readonly isStopped: boolean;
}

export interface RecipeOptions {
  /** `-n`, `-t`, `-q`: only what begins with `+` or names $(MAKE) is run. */
  readonly mode: 'run' | 'print' | 'touch' | 'question';
  readonly isSilent: boolean;
  readonly ignoresErrors: boolean;
  /** All lines in one shell: `.ONESHELL`. */
  readonly isOneShell: boolean;
  /** `make`, or `make[1]`. */
  readonly me: string;
}

export interface RecipeEnd {
  readonly status: 'ok' | 'failed' | 'interrupted' | 'needed';
  /** Whether a command was run, or would have been. */
  readonly hasStarted: boolean;
}

interface Command {
  readonly text: string;
  readonly isSilent: boolean;
  readonly ignoresErrors: boolean;
  readonly isAlwaysRun: boolean;
  readonly line: number;
}

export async function runRecipe(
  recipe: Recipe,
  target: string,
  expansion: Expansion,
  shell: Shell,
  options: RecipeOptions,
): Promise<RecipeEnd> {
  const commands = await commandsOf(recipe, expansion, options.isOneShell);
  let hasStarted = false;
  for (const command of commands) {
    const isRun = options.mode === 'run' || command.isAlwaysRun;
    if (!isRun && options.mode === 'question') return { status: 'needed', hasStarted: true };
    hasStarted = true;
    if (!isRun && options.mode === 'touch') continue;
    if (options.mode === 'print' || !(command.isSilent || options.isSilent)) shell.say('stdout', `${command.text}\n`);
    if (!isRun) continue;
    const exitCode = await shell.run(command.text, expansion);
    const place = `[${placeText({ file: recipe.place.file, line: command.line })}: ${target}]`;
    if (shell.isStopped) {
      shell.say('stderr', `${options.me}: *** ${place} Interrupt\n`);
      return { status: 'interrupted', hasStarted };
    }
    if (exitCode === 0) continue;
    if (!command.ignoresErrors && !options.ignoresErrors) {
      shell.say('stderr', `${options.me}: *** ${place} Error ${exitCode}\n`);
      return { status: 'failed', hasStarted };
    }
    shell.say('stderr', `${options.me}: ${place} Error ${exitCode} (ignored)\n`);
  }
  return { status: 'ok', hasStarted };
}

/** All lines are expanded before the first is run. */
async function commandsOf({ lines, place }: Recipe, expansion: Expansion, isOneShell: boolean): Promise<readonly Command[]> {
  const written = isOneShell ? [lines.join('\n')] : lines;
  const commands = await inOrder(written, async (line) => {
    const number = place.line + written.indexOf(line);
    const expanded = await expansion.at({ ...place, line: number }).expand(line);
    const outer = flagsOf(line);
    const texts = isOneShell ? [expanded] : expanded.split(/(?<=(?<!\\)(?:\\\\)*)\n/);
    return texts.map((text): Command => {
      const own = flagsOf(text);
      return {
        text: isOneShell ? text.replace(/^[\s@+-]+/, '') : own.rest,
        isSilent: own.isSilent || outer.isSilent,
        ignoresErrors: own.ignoresErrors || outer.ignoresErrors,
        isAlwaysRun: own.isAlwaysRun || outer.isAlwaysRun || /\$[({]MAKE[)}]/.test(line),
        line: number,
      };
    });
  });
  return commands.flat().filter(({ text }) => text.trim() !== '');
}

function flagsOf(line: string) {
  const [prefix = ''] = /^[\s@+-]*/.exec(line) ?? [];
  return {
    isSilent: prefix.includes('@'),
    ignoresErrors: prefix.includes('-'),
    isAlwaysRun: prefix.includes('+'),
    rest: line.slice(prefix.length),
  };
}
