import { expect, test } from 'vitest';
import { addressesIn } from '../../src/workbench/origin/address.ts';

const HOST = 'https://origin.fieldleaf.test';
test.each([
  ['pull/new/normalise', { kind: 'new-pull', branch: 'normalise' }],
  ['pull/new/12-try/knn%20five', { kind: 'new-pull', branch: '12-try/knn five' }],
  ['pull/new/100%', { kind: 'new-pull', branch: '100%' }],
  ['pull/3', { kind: 'number', number: 3 }],
  ['pull/3/files', { kind: 'number', number: 3 }],
  ['issues/4', { kind: 'number', number: 4 }],
  ['actions/runs/5/artifacts/6', { kind: 'run', id: 5 }],
  ['releases/tag/v1.0.0', { kind: 'releases' }],
])('%s', (path, address) => {
  for (const name of ['leaf', 'fieldleaf/leaf']) {
    const text = `${HOST}/${name}/${path}`;
    expect(addressesIn(`remote:      ${text}`, 'leaf')).toEqual([{ index: 13, text, address }]);
  }
});

test('what ends a sentence, other hosts, other repositories and what the page has no place for are no part of it', () => {
  expect(addressesIn(`(see ${HOST}/leaf/pull/3).`, 'leaf').map(({ text }) => text)).toEqual([`${HOST}/leaf/pull/3`]);
  const others = [
    'https://example.test/leaf/pull/3',
    `${HOST}.evil.test/leaf/pull/3`,
    `${HOST}/other/pull/3`,
    `${HOST}/leaf.git`,
    `${HOST}/leaf/wiki`,
  ];
  expect(addressesIn(others.join(' '), 'leaf')).toEqual([]);
});
