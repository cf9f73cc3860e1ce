/** The schema's messages in sentences that say what to do next. */
import { type FilePlace, pattern } from './paths.ts';

const STEP_KEYS = ['name', 'id', 'if', 'run', 'uses', 'with', 'env', 'shell', 'working-directory', 'continue-on-error', 'timeout-minutes'];
const FILTERS = ['branches', 'branches-ignore', 'tags', 'tags-ignore', 'paths', 'paths-ignore'];

/** Keys by the place of the mapping they stand in. Source: "Workflow syntax for GitHub Actions". */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['name', 'run-name', 'on', 'permissions', 'env', 'defaults', 'concurrency', 'jobs'],
  'on.push': FILTERS,
  'on.pull_request': ['types', 'branches', 'branches-ignore', 'paths', 'paths-ignore'],
  'jobs.*': [
    'name',
    'needs',
    'if',
    'runs-on',
    'strategy',
    'environment',
    'permissions',
    'concurrency',
    'outputs',
    'env',
    'defaults',
    'timeout-minutes',
    'continue-on-error',
    'steps',
  ],
  'jobs.*.steps[*]': STEP_KEYS,
  'jobs.*.strategy': ['matrix', 'fail-fast', 'max-parallel'],
  'jobs.*.environment': ['name', 'url'],
  'jobs.*.concurrency': ['group', 'cancel-in-progress'],
  'jobs.*.defaults': ['run'],
  'jobs.*.defaults.run': ['shell', 'working-directory'],
  concurrency: ['group', 'cancel-in-progress'],
  defaults: ['run'],
  'defaults.run': ['shell', 'working-directory'],
};

const MAPPINGS: Readonly<Record<string, string>> = {
  '': 'a workflow',
  'on.push': '`push`',
  'on.pull_request': '`pull_request`',
  'jobs.*': 'a job',
  'jobs.*.steps[*]': 'a step',
  'jobs.*.strategy': '`strategy`',
  'jobs.*.environment': '`environment`',
  'jobs.*.concurrency': '`concurrency`',
  'jobs.*.defaults': '`defaults`',
  'jobs.*.defaults.run': '`defaults.run`',
  concurrency: '`concurrency`',
  defaults: '`defaults`',
  'defaults.run': '`defaults.run`',
};

const CONTEXTS = ['github', 'env', 'vars', 'job', 'jobs', 'steps', 'runner', 'secrets', 'strategy', 'matrix', 'needs', 'inputs'];
const FUNCTIONS = [
  'contains',
  'startsWith',
  'endsWith',
  'format',
  'join',
  'toJSON',
  'fromJSON',
  'hashFiles',
  'case',
  'success',
  'failure',
  'always',
  'cancelled',
];

/** The schema's message as a sentence for the person who wrote the file. */
export function explain(message: string, place: FilePlace): string {
  const unexpected = /^Unexpected value '(.*)'$/s.exec(message);
  if (unexpected !== null)
    return place.part === 'key' ? unexpectedKey(unexpected[1] ?? '', place) : unexpectedValue(unexpected[1] ?? '', place);
  const missing = /^Required property is missing: (.*)$/.exec(message);
  if (missing !== null) return missingKey(missing[1] ?? '', place);
  const context = /^Unrecognized named-value: '(.*?)'/.exec(message);
  if (context !== null) return unknownContext(context[1] ?? '', place);
  const call = /^Unrecognized function: '(.*?)'/.exec(message);
  if (call !== null) return unknownFunction(call[1] ?? '');
  const duplicate = /^'(.*)' is already defined$/.exec(message);
  if (duplicate !== null) return `\`${duplicate[1]}\` stands here a second time; keep one of the two.`;
  if (message.startsWith("There's not enough info")) return undecided(place);
  if (message === 'A sequence was not expected') return `${subject(place)} can't be a list.`;
  if (message === 'A mapping was not expected') return `${subject(place)} can't have keys below it.`;
  if (message === 'A template expression is not allowed in this context')
    return `${subject(place)} can't be an expression: it is read before anything runs.`;
  if (message.startsWith('The expression is not closed')) return 'This expression begins with ${{ and has no }} to end it.';
  if (message === 'An expression was expected') return 'There is no expression between ${{ and }}.';
  const symbol = /^Unexpected symbol: '(.*?)'/s.exec(message);
  if (symbol !== null) return unexpectedSymbol(symbol[1] ?? '');
  if (message.startsWith('Unexpected end of expression'))
    return 'This expression ends too early: an operand or a closing bracket is missing.';
  const count = /^Too (few|many) parameters supplied: '(.*)'/.exec(message);
  if (count !== null) return `\`${count[2]}()\` has too ${count[1]} arguments.`;
  if (message.startsWith('Exceeded max expression depth')) return 'This expression is nested too deeply (50 levels are allowed).';
  if (message === 'ErrorExceededMaxLength') return 'This expression is too long (21,000 characters are allowed).';
  if (message.startsWith('Expected a scalar value, a sequence, or a mapping')) return 'A value is missing here.';
  return message.endsWith('.') ? message : `${message}.`;
}

function subject(place: FilePlace): string {
  const key = [...place.path].reverse().find((part) => typeof part === 'string');
  return key === undefined ? 'This value' : `\`${key}\``;
}

function unexpectedKey(key: string, place: FilePlace): string {
  const parent = pattern(place.path.slice(0, -1));
  const keys = KEYS[parent];
  if (parent === 'on') return unknownEvent(key);
  if (keys === undefined) return `\`${key}\` isn't known here.`;
  if (keys.includes(key)) return misfit(key, place.siblings);
  const near = closest(key, keys);
  const where = MAPPINGS[parent] ?? 'this';
  if (near !== null) return `\`${key}\` isn't a key of ${where}; did you mean \`${near}\`?`;
  const misplaced = Object.entries(KEYS).find(([other, known]) => other !== parent && known.includes(key));
  const hint = misplaced === undefined ? '' : ` It belongs in ${MAPPINGS[misplaced[0]]}: look at the indentation.`;
  return `\`${key}\` isn't a key of ${where}.${hint === '' ? ` Its keys are ${list(keys)}.` : hint}`;
}

/** A key that steps do have, in a step of the other kind. */
function misfit(key: string, siblings: readonly string[]): string {
  if (siblings.includes('run') && siblings.includes('uses')) return 'A step has either `run:` or `uses:`; make two steps of it.';
  if (key === 'with') return '`with` gives inputs to an action; this step has no `uses:`.';
  return `\`${key}\` belongs to a step with \`run:\`; this one has \`uses:\`.`;
}

function unexpectedValue(value: string, place: FilePlace): string {
  const path = pattern(place.path);
  if (path === 'on' || path === 'on[*]') return unknownEvent(value);
  if (value === '') return `${subject(place)} has no value.`;
  if (path === 'jobs.*' || path === 'jobs')
    return `\`${value}\` stands where a job's keys (\`runs-on\`, \`steps\`…) should; look at the indentation.`;
  if (path === 'jobs.*.steps' || path === 'jobs.*.steps[*]')
    return `\`${value}\` isn't a step; a step begins with \`- run:\` or \`- uses:\`.`;
  if (path.endsWith('.timeout-minutes') || path.endsWith('.max-parallel'))
    return `${subject(place)} has to be a number; this is \`${value}\`.`;
  if (/\.(fail-fast|continue-on-error|cancel-in-progress)$/.test(path)) return `${subject(place)} is true or false; this is \`${value}\`.`;
  if (path.endsWith('permissions') || /permissions\.[^.]+$/.test(path)) return `A permission is read, write or none; this is \`${value}\`.`;
  return `${subject(place)} can't be \`${value}\`.`;
}

function unknownEvent(event: string): string {
  const near = closest(event, [
    'push',
    'pull_request',
    'workflow_dispatch',
    'schedule',
    'release',
    'issues',
    'workflow_call',
    'workflow_run',
  ]);
  return near === null
    ? `\`${event}\` isn't an event that starts workflows; \`push\` is.`
    : `\`${event}\` isn't an event; did you mean \`${near}\`?`;
}

function missingKey(key: string, place: FilePlace): string {
  const path = pattern(place.path);
  if (path === '' && key === 'on') return 'This workflow has no `on:`, so nothing can start it. Begin with `on: push`.';
  if (path === '' && key === 'jobs') return 'This workflow has no `jobs:`.';
  if (path === 'jobs.*' && key === 'runs-on') return `Job ${place.path[1]} has no \`runs-on:\`. Write \`runs-on: ubuntu-latest\`.`;
  return `\`${key}:\` is missing here.`;
}

function undecided(place: FilePlace): string {
  const path = pattern(place.path);
  if (path === 'jobs.*') return `Job ${place.path[1]} has no \`runs-on:\`. Write \`runs-on: ubuntu-latest\`.`;
  if (path === 'jobs.*.steps[*]') return 'This step does nothing: it needs `run:` with a command, or `uses:` with an action.';
  return 'It is not clear what this is meant to be; a key is missing.';
}

function unknownContext(name: string, place: FilePlace): string {
  const lower = name.toLowerCase();
  const key = [...place.path].reverse().find((part) => typeof part === 'string');
  if (CONTEXTS.includes(lower)) {
    const instead =
      lower === 'secrets' && key === 'if'
        ? ' Put it into `env` of the job and ask for `env.NAME`.'
        : lower === 'env'
          ? ' `vars` is, where the value belongs to the repository.'
          : '';
    return `The \`${name}\` context isn't available in \`${key}\`.${instead}`;
  }
  if (FUNCTIONS.some((known) => known.toLowerCase() === lower)) return `\`${name}\` is a function: write \`${name}()\`.`;
  const near = closest(name, CONTEXTS);
  return near === null
    ? `Nothing is named \`${name}\` in expressions. A text stands in single quotes: '${name}'.`
    : `Nothing is named \`${name}\` in expressions; did you mean \`${near}\`?`;
}

function unknownFunction(name: string): string {
  const lower = name.toLowerCase();
  if (FUNCTIONS.some((known) => known.toLowerCase() === lower)) return `\`${name}()\` isn't available here.`;
  const near = closest(name, FUNCTIONS);
  return near === null
    ? `There is no function \`${name}()\`; there are ${list(FUNCTIONS)}.`
    : `There is no function \`${name}()\`; did you mean \`${near}()\`?`;
}

function unexpectedSymbol(symbol: string): string {
  if (symbol.startsWith('"')) return `Texts in expressions stand in single quotes: '${symbol.replaceAll('"', '')}'.`;
  if (symbol === '=') return 'Write `==` to compare.';
  if (symbol === '&' || symbol === '|') return `Write \`${symbol}${symbol}\`.`;
  return `\`${symbol}\` isn't expected at this point of the expression.`;
}

/** `a, b and c`, each in backticks. */
export function list(words: readonly string[], conjunction = 'and'): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${conjunction} ${quoted.at(-1)}`;
}

/** The known word that a typing mistake most likely stands for, or null. */
export function closest(word: string, known: readonly string[]): string | null {
  const normal = (text: string) => text.toLowerCase().replaceAll('_', '-');
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(normal(word), normal(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : null;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8) return 99;
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) value = Math.min(value, at(i - 2, j - 2) + 1);
      const row = rows[i];
      if (row !== undefined) row[j] = value;
    }
  }
  return at(a.length, b.length);
}
