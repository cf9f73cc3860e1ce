import { expect, it } from 'vitest';
import { computerWith, Terminal } from '../support/terminal.ts';

/* Every object has these names; no table of commands, options or units may find them. */
it.each(['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty'])('%s is a word like any other', async (name) => {
  const terminal = new Terminal(computerWith());
  const answers = async (...lines: readonly string[]) => {
    const all = [];
    for (const line of lines) {
      const { stdout, stderr, exitCode } = await terminal.type(line);
      all.push([stdout + stderr, exitCode]);
    }
    return all;
  };
  await terminal.type('git init -q leaf; cd leaf; git commit -q --allow-empty -m One');
  expect(
    await answers(
      `git ${name}`,
      `git log --diff-merges=${name}`,
      `git log --oneline --since=${name} | wc -l`,
      `git tag a; git tag -l '[[:${name}:]]'`,
      `date -d ${name}`,
      `touch ${name}; ls ${name}`,
    ),
  ).toEqual([
    [`git: '${name}' is not a git command. See 'git --help'.\n`, 1],
    [`fatal: invalid value for '--diff-merges': '${name}'\n`, 128],
    ['1\n', 0],
    ['', 0],
    [`date: invalid date '${name}'\n`, 1],
    [`${name}\n`, 0],
  ]);
  await terminal.type('printf abcdef > leaf');
  expect(await answers(`head -c 2${name} leaf`)).toEqual(await answers('head -c 2frogs leaf'));
  terminal.session.close();
});
