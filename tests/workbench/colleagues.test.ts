import { expect, test } from 'vitest';
import { colleagueDid } from '../../src/workbench/origin/colleagues.ts';
import type { WorldEventBody } from '../../src/world/contract.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

test.each<[WorldEventBody, string | null]>([
  [{ type: 'push', by: 'mei', ref: 'refs/heads/main', before: A, after: B }, 'Mei pushed to main.'],
  [{ type: 'push', by: 'ines', ref: 'refs/heads/scale', before: null, after: B }, 'Inês pushed the branch scale.'],
  [{ type: 'push', by: 'ines', ref: 'refs/tags/v1', before: null, after: B }, 'Inês pushed the tag v1.'],
  [{ type: 'push', by: 'tomas', ref: 'refs/heads/scale', before: A, after: null }, 'Tomas deleted the branch scale.'],
  [{ type: 'pull-request', by: 'mei', action: 'reviewed', number: 3 }, 'Mei reviewed pull request 3.'],
  [{ type: 'pull-request', by: 'mei', action: 'synchronize', number: 3 }, null],
  [{ type: 'work-item', by: 'tomas', action: 'commented', number: 4 }, 'Tomas commented on work item 4.'],
  [{ type: 'release', by: 'ines', action: 'published', tag: 'v1' }, 'Inês published release v1.'],
  [{ type: 'pull-request', by: 'you', action: 'opened', number: 3 }, null],
  [{ type: 'run.started', runId: 1 }, null],
])('%j is told as %j', (event, text) => {
  expect(colleagueDid({ seq: 1, at: 0, ...event }, 'you')?.text ?? null).toBe(text);
});
