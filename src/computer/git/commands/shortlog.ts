import type { GitCall } from '../call.ts';
import { OptionSpec } from '../options.ts';
import { subjectOf } from '../record.ts';
import { walkRange } from '../revlist.ts';
import { rangeOf, WALK_OPTIONS, walkOptions } from '../walk-options.ts';

const SHORTLOG = new OptionSpec(
  'shortlog',
  'usage: git shortlog [<options>] [<revision-range>] [[--] <path>...]\n',
  '-s,--summary --numbered -e,--email -c,--committer-group -w[=] --group=*' +
    WALK_OPTIONS.replace('-n,--max-count=', '--max-count=') +
    ' --format= --pretty[=]',
);

export async function shortlog(call: GitCall, args: readonly string[]): Promise<number> {
  // Here -n sorts; everywhere else it limits.
  const spread = args.flatMap((arg) =>
    /^-[sne]+$/.test(arg) ? [...arg.slice(1)].map((letter) => (letter === 'n' ? '--numbered' : `-${letter}`)) : [arg],
  );
  const options = SHORTLOG.parse(spread, { keepUnknown: true });
  // Without a revision and away from a terminal it reads a log from standard input, which is empty here.
  const range =
    options.before.length === 0 && !options.has('all') && call.env.get('GIT_PAGER_IN_USE') !== 'true' ? null : rangeOf(call, options);
  if (range === null) return 0;
  const commits = await walkRange(call, range, walkOptions(call, options));
  const groups = new Map<string, string[]>();
  for (const { commit } of [...commits].reverse()) {
    const person = options.has('committer-group') ? commit.committer : commit.author;
    const name = options.has('email') ? `${person.name} <${person.email}>` : person.name;
    groups.set(name, [...(groups.get(name) ?? []), subjectOf(commit.message)]);
  }
  const sorted = [...groups].sort(
    ([one, ofOne], [other, ofOther]) => (options.has('numbered') ? ofOther.length - ofOne.length : 0) || (one < other ? -1 : 1),
  );
  for (const [name, subjects] of sorted) {
    if (options.has('summary')) call.line(`${String(subjects.length).padStart(6)}\t${name}`);
    else call.out(`${name} (${subjects.length}):\n${subjects.map((subject) => `      ${subject}\n`).join('')}\n`);
  }
  return 0;
}
