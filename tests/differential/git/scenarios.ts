import { readdirSync, readFileSync } from 'node:fs';

/** A script of commands that native git and ours both run, a line at a time, from an empty folder. */
export interface Scenario {
  /** File and title: `branches: rebase with a conflict`. */
  readonly id: string;
  /** Repositories that exist, empty, on the origin over http. */
  readonly origins: readonly string[];
  readonly lines: readonly string[];
}

/** Reads `scenarios/*.sh`: `# scenario: <title>` begins one, `# origin: <name>` makes an origin, every other line is a command. */
export function loadScenarios(): readonly Scenario[] {
  const folder = new URL('./scenarios/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sh'))
    .sort()
    .flatMap((name) => parse(name.replace(/\.sh$/, ''), readFileSync(new URL(name, folder), 'utf8')));
}

function parse(file: string, text: string): readonly Scenario[] {
  return text
    .split(/^# scenario: /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...rest] = section.split('\n');
      return {
        id: `${file}: ${title}`,
        origins: rest.flatMap((line) => /^# origin: (.*)$/.exec(line)?.[1] ?? []),
        lines: rest.filter((line) => line !== '' && !line.startsWith('# ')),
      };
    });
}
