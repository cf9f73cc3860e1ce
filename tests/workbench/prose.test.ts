import { expect, test } from 'vitest';
import { commandsIn, proseParts } from '../../src/workbench/parts/prose.ts';

test.each([
  ['plain', [{ text: 'plain', code: false }]],
  [
    '`bad` can’t be a list.',
    [
      { text: 'bad', code: true },
      { text: ' can’t be a list.', code: false },
    ],
  ],
  [
    'one `code` and a lone ` here',
    [
      { text: 'one ', code: false },
      { text: 'code', code: true },
      { text: ' and a lone ` here', code: false },
    ],
  ],
  ['', []],
])('the parts of %j', (sentence, parts) => {
  expect(proseParts(sentence)).toEqual(parts);
});

test.each([
  ['Run `python3 -m unittest`, then `python3 train.py --out model.json`.', ['python3 -m unittest', 'python3 train.py --out model.json']],
  ['`git revert --no-edit` the big commit, push and run `fieldleaf wait`.', ['fieldleaf wait']],
  ['Take it back (`git revert`, push, `fieldleaf wait`), then `fieldleaf wait`.', ['fieldleaf wait']],
  ['Give the job `environment: production` and look for `|| true`, `exit 0`.', []],
])('the commands of %j', (sentence, commands) => {
  expect(commandsIn(sentence)).toEqual(commands);
});
