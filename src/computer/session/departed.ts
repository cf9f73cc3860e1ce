/** A shell that goes on in the background, with a copy of what the one that left it knew. */
import { literalText, simpleCommand, statementOf, word, type SimpleCommand, type Statement } from './bash-ast.ts';
import type { Departure } from './background.ts';
import type { Belongings } from './job-commands.ts';
import type { Job } from './job.ts';
import type { ShellParts } from './live-shell.ts';
import { parseShell } from './syntax.ts';

/** Set by the shell itself, and not to be set again. */
const OWN: ReadonlySet<string> = new Set(['BASHOPTS', 'SHELLOPTS', 'PIPESTATUS', 'BASH_VERSINFO', 'EUID', 'PPID', 'UID', 'FUNCNAME']);
const OPTIONS: ReadonlySet<string> = new Set(['errexit', 'pipefail', 'nounset', 'xtrace', 'noglob', 'noclobber', 'allexport']);

/** Runs a departed command to its end; gives its exit code. */
export async function departed(
  { shell, run, choreography }: ShellParts,
  job: Job,
  departure: Departure,
  belongings: Belongings,
): Promise<number> {
  job.attach(run);
  const { statements } = choreography.prepare({ type: 'Script', statements: [departure.statement] });
  const body = statements.slice();
  const known = inheriting(departure, belongings);
  const root: Iterable<Statement> = {
    *[Symbol.iterator]() {
      yield* known;
      for (const statement of body) {
        if (run.interrupted) break;
        yield choreography.topLevel(statement, departure.sink);
      }
      yield* choreography.ending(departure.sink);
    },
  };
  const { cwd, exported, aliases } = belongings;
  try {
    const end = await shell.execute(root, { cwd, env: { ...exported, ...aliases }, signal: job.lastResort });
    job.write('stdout', end.stdout);
    job.write('stderr', end.stderr);
    return end.exitCode;
  } finally {
    job.end();
  }
}

/** What makes a new shell know what the other one knew. */
function inheriting({ functions }: Departure, { declarations, positional, options, shopts }: Belongings): readonly Statement[] {
  return [
    ...statementsOf(declarations).filter(isPassedOn).flatMap(asAssignments),
    ...functions,
    statementOf(simpleCommand('set', ['--', ...positional].map(word))),
    ...options.filter((name) => OPTIONS.has(name)).map((name) => statementOf(simpleCommand('set', [word('-o'), word(name)]))),
    ...shopts.map((name) => statementOf(simpleCommand('shopt', [word('-s'), word(name)]))),
  ];
}

function isPassedOn(statement: Statement): boolean {
  const command = statement.pipelines[0]?.commands[0];
  if (command?.type !== 'SimpleCommand' || literalText(command.name) !== 'declare') return false;
  const name = declaredName(command);
  return name !== null && /^[A-Za-z_]\w*$/.test(name) && !OWN.has(name);
}

function declaredName({ args, assignments }: SimpleCommand): string | null {
  const last = args.at(-1);
  const [part] = last?.parts ?? [];
  const text = part?.type === 'Literal' ? part.value : '';
  return /^[^=]*/.exec(text)?.[0] ?? assignments.at(-1)?.name ?? null;
}

/** just-bash's `declare -a` parts the elements of an array at the blanks in them; its assignment does not. */
function asAssignments(statement: Statement): readonly Statement[] {
  const [, flags, name, elements] = /^declare -(\w*[aA]\w*) (\w+)=(\([\s\S]*\))$/.exec(statement.sourceText ?? '') ?? [];
  if (flags === undefined || name === undefined || elements === undefined) return [statement];
  const later = flags.replace(/[^rx]/g, '');
  return statementsOf(
    `declare -${flags.replace(/[rx]/g, '')} ${name}\n${name}=${elements}${later === '' ? '' : `\ndeclare -${later} ${name}`}`,
  );
}

function statementsOf(text: string): readonly Statement[] {
  const parsed = parseShell(text);
  return parsed.kind === 'complete' ? parsed.statements : [];
}
