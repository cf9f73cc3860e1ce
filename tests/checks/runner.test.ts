import { expect, test } from 'vitest';
import type { Check, Observed, Verdict } from '../../src/checks/contract.ts';
import { type CheckMemory, CheckRunner } from '../../src/checks/runner.ts';
import type { CheckState } from '../../src/world/contract.ts';

const world = {} as Observed;
const fails = (hint: string): Verdict => ({ status: 'fails', value: '0.3', observed: 'a', expected: 'b', lookAt: [], hint });

function setUp(
  looks: Readonly<Record<string, Check['check']>>,
  memory: readonly CheckMemory[] = [],
  onLook: (signal: AbortSignal) => void = () => {},
) {
  const history: (readonly CheckState[])[] = [];
  const runner = new CheckRunner({
    checks: Object.entries(looks).map(([id, check]): Check => ({
      id,
      title: `Outcome ${id}`,
      after: id === 'a' ? ['push'] : ['run'],
      check,
    })),
    hints: { low: ['one', 'two', 'three'] },
    observe: (signal) => {
      onLook(signal);
      return world;
    },
    memory,
    onChange: (states) => history.push(states),
  });
  const verdicts = () => runner.states().map((state) => [state.id, state.state, state.verdict?.status ?? null, state.checkedAfter]);
  return { runner, history, verdicts };
}

test('only the checks that the news concerns are looked at', async () => {
  const { runner, verdicts } = setUp({ a: async () => ({ status: 'holds', value: '1' }), b: async () => fails('low') });
  runner.notify('push', 'push');
  await runner.settled();
  expect(verdicts()).toEqual([
    ['a', 'settled', 'holds', 'push'],
    ['b', 'idle', null, null],
  ]);
  runner.notify('run', 'run 3');
  await runner.settled();
  expect(verdicts()[1]).toEqual(['b', 'settled', 'fails', 'run 3']);
});

test('news that arrives during a look makes another look, and no two run at once', async () => {
  let atWork = 0;
  let most = 0;
  let looks = 0;
  const { runner } = setUp({
    a: async () => {
      most = Math.max(most, ++atWork);
      looks++;
      if (looks === 1) runner.notify('push', 'second push');
      await Promise.resolve();
      atWork--;
      return { status: 'holds', value: String(looks) };
    },
  });
  runner.notify('push', 'first push');
  await runner.settled();
  expect({ looks, most, after: runner.states()[0]?.checkedAfter }).toEqual({ looks: 2, most: 1, after: 'second push' });
});

test('a check that pushes probes says how far it is', async () => {
  const { runner, history } = setUp({
    a: async (_world, tell) => {
      tell({ done: 0, of: 2 });
      tell({ done: 1, of: 2 });
      return { status: 'holds', value: '2 of 2' };
    },
  });
  runner.notify('push', 'push');
  await runner.settled();
  expect(history.map(([a]) => [a?.state, a?.progress?.done ?? null])).toEqual([
    ['checking', null],
    ['checking', 0],
    ['checking', 1],
    ['settled', null],
  ]);
});

test('a check that pushes probes stops between two of them when there is news, and begins again', async () => {
  const pushed: string[] = [];
  let looks = 0;
  const { runner, verdicts } = setUp({
    a: async (_world, tell) => {
      looks++;
      for (const done of [0, 1]) {
        tell({ done, of: 2 });
        pushed.push(`${looks}.${done}`);
        if (pushed.length === 1) runner.notify('push', 'second push');
      }
      return { status: 'holds', value: String(looks) };
    },
  });
  runner.notify('push', 'first push');
  await runner.settled();
  expect(pushed).toEqual(['1.0', '2.0', '2.1']);
  expect(verdicts()[0]).toEqual(['a', 'settled', 'holds', 'second push']);
});

test('what was outdated or being looked at when the learner left is looked at on the next visit', async () => {
  const never = Promise.withResolvers<Verdict>();
  const before = setUp({ a: () => never.promise, b: async () => fails('low') });
  before.runner.notify('push', 'push');
  before.runner.notify('run', 'run 3');
  await Promise.resolve();
  const memory = before.runner.memory();
  expect(memory.map(({ id, due }) => [id, due])).toEqual([
    ['a', 'push'],
    ['b', 'run 3'],
  ]);
  const after = setUp({ a: async () => ({ status: 'holds', value: '1' }), b: async () => fails('low') }, memory);
  after.runner.resume();
  await after.runner.settled();
  expect(after.verdicts()).toEqual([
    ['a', 'settled', 'holds', 'push'],
    ['b', 'settled', 'fails', 'run 3'],
  ]);
  expect(after.runner.memory().map(({ due }) => due)).toEqual([null, null]);
});

test('news ends a look at work through its signal, and so does the end of the world', async () => {
  const signals: AbortSignal[] = [];
  const { runner } = setUp(
    {
      a: () => {
        const { promise, reject } = Promise.withResolvers<Verdict>();
        signals.at(-1)?.addEventListener('abort', () => reject(new Error('ended')));
        return signals.length === 1 ? promise : Promise.resolve({ status: 'holds', value: String(signals.length) });
      },
    },
    [],
    (signal) => void signals.push(signal),
  );
  runner.notify('push', 'push');
  await Promise.resolve();
  runner.notify('push', 'second push');
  await runner.settled();
  expect(runner.states()[0]).toMatchObject({ verdict: { status: 'holds', value: '2' }, checkedAfter: 'second push' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test('a check that crashes is unknown, and the others go on', async () => {
  const { runner, verdicts } = setUp({
    a: () => Promise.reject(new Error('no main branch')),
    b: async () => ({ status: 'holds', value: '' }),
  });
  await runner.checkNow('your request');
  expect(runner.states()[0]?.verdict).toEqual({ status: 'unknown', why: 'no main branch' });
  expect(verdicts()[1]).toEqual(['b', 'settled', 'holds', 'your request']);
});

test('hints come one by one, stay while the failure is the same, and survive a reload', async () => {
  let verdict = fails('low');
  const { runner } = setUp({ a: async () => verdict });
  await runner.checkNow('');
  for (let i = 0; i < 5; i++) runner.showHint('a');
  expect(runner.states()[0]?.hints).toEqual({ shown: ['one', 'two', 'three'], total: 3 });
  await runner.checkNow('');
  expect(runner.states()[0]?.hints.shown.length).toBe(3);
  const again = new CheckRunner({ checks: [], hints: {}, observe: () => world, onChange: () => {}, memory: runner.memory() });
  expect(again.states()).toEqual([]);
  expect(runner.memory()[0]).toMatchObject({ id: 'a', hintsShown: 3 });
  verdict = fails('other');
  await runner.checkNow('');
  expect(runner.states()[0]?.hints).toEqual({ shown: [], total: 0 });
});
