import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import './support.ts';

test('the notices name everything that the build ships', () => {
  const root = join(import.meta.dirname, '../..');
  expect(execFileSync(process.execPath, [join(root, 'scripts/notices.mjs'), '--check'], { cwd: root, encoding: 'utf8' })).toBe('');
});
