import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { Photo } from '../../src/cloud/contract.ts';
import { ServiceStartError, serviceRunner } from '../../src/cloud/service.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import type { FileTree, PythonExit, PythonHost } from '../../src/platform/platform.ts';

const { python } = nodePlatform();
afterAll(() => python.dispose());
afterEach(() => void vi.useRealTimers());

const photos: readonly Photo[] = [{ id: 'p0', species: 'oak', size: 1, pixels: new Uint8Array([7]) }];

const serviceOf = (code: string): FileTree => [
  { path: '/service', type: 'directory', mode: 0o755, mtime: 0 },
  { path: '/service/app.py', type: 'file', bytes: new TextEncoder().encode(code), mode: 0o644, mtime: 0 },
];

/** The real Python, with word of what it prints and of how its processes end. */
function watched(onOutput: (text: string) => void): PythonHost & { readonly ends: Promise<PythonExit>[] } {
  const ends: Promise<PythonExit>[] = [];
  return {
    warm: (onProgress) => python.warm(onProgress),
    dispose: () => {},
    ends,
    start: (job) => {
      const process = python.start({
        ...job,
        onOutput: (stream, bytes) => {
          job.onOutput(stream, bytes);
          onOutput(new TextDecoder().decode(bytes));
        },
      });
      ends.push(process.exited);
      return process;
    },
  };
}

const LOOPS = {
  predict: "def predict(rows):\n    print('looping', flush=True)\n    while True: pass\n",
  'its import': "print('looping', flush=True)\nwhile True: pass\n",
  'predict, and catches everything':
    "def predict(rows):\n    print('looping', flush=True)\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\n",
};

test('answers, one for each photo', async () => {
  const answers = await serviceRunner(python, () => 0).predict(
    serviceOf("def predict(rows):\n    return {'species': 'oak', 'votes': {'oak': rows[0][0]}}\n"),
    photos,
    new AbortController().signal,
  );
  expect(answers).toEqual([{ photo: 'p0', ok: true, species: 'oak', votes: { oak: 7 } }]);
});

test.each(Object.entries(LOOPS))('a service that loops for ever in %s is ended, and said not to answer', async (_name, code) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const host = watched((text) => text.includes('looping') && vi.advanceTimersByTime(90_000));
  const failure = await serviceRunner(host, () => 0)
    .predict(serviceOf(code), photos, new AbortController().signal)
    .catch((error: unknown) => error);
  expect(failure).toEqual(
    new ServiceStartError(
      'the service did not answer: it computed for 90 s of real time without coming to an end. Does service/app.py loop for ever?\nlooping',
    ),
  );
  expect((await Promise.all(host.ends)).map(({ reason }) => reason)).toEqual(['killed']);
});

test('a service that waits for its turn is not late', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const begun = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const host: PythonHost = {
    warm: async () => {},
    dispose: () => {},
    start: (job) => {
      asked.resolve();
      const exited = begun.promise.then(() => python.start(job).exited);
      return { queued: true, begun: begun.promise, exited, interrupt: () => {}, kill: () => {} };
    },
  };
  const answers = serviceRunner(host, () => 0).predict(
    serviceOf("def predict(rows):\n    return {'species': 'oak', 'votes': {}}\n"),
    photos,
    new AbortController().signal,
  );
  await asked.promise;
  await vi.advanceTimersByTimeAsync(600_000);
  vi.useRealTimers();
  begun.resolve();
  expect((await answers)[0]).toMatchObject({ ok: true, species: 'oak' });
});

test('the signal ends the process of a service that loops for ever', async () => {
  const stop = new AbortController();
  const host = watched((text) => text.includes('looping') && stop.abort(new Error('The step is being stopped.')));
  await expect(serviceRunner(host, () => 0).predict(serviceOf(LOOPS.predict), photos, stop.signal)).rejects.toThrow(
    'The step is being stopped.',
  );
  expect((await Promise.all(host.ends)).map(({ reason }) => reason)).toEqual(['killed']);
});

test('when the signal was aborted before, no process is started', async () => {
  const host = watched(() => {});
  await expect(serviceRunner(host, () => 0).predict([], photos, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  expect(host.ends).toEqual([]);
});

test('votes that are no number are an error of that answer, not of the deployment', async () => {
  const answers = await serviceRunner(python, () => 0).predict(
    serviceOf("def predict(rows):\n    return {'species': 'oak', 'votes': {'oak': float('nan')}}\n"),
    photos,
    new AbortController().signal,
  );
  expect(answers).toEqual([{ photo: 'p0', ok: false, error: 'ValueError: predict returned nan as the votes for oak, not a number' }]);
});

test.each(['not json', '{"started": true, "answers": 3}'])(
  'a service that ends the process and leaves %s as answers does not start',
  async (left) => {
    const code = `import os\ndef predict(rows):\n    with open('/srv/answers.json', 'w') as file:\n        file.write('${left}')\n    os._exit(0)\n`;
    await expect(serviceRunner(python, () => 0).predict(serviceOf(code), photos, new AbortController().signal)).rejects.toThrow(
      new ServiceStartError('the service ended while it was asked, and left something else in /srv/answers.json'),
    );
  },
);

test('a service finds no list of questions, and what it says of an error is cut', async () => {
  const code = "import os\nleft = os.listdir('/srv')\ndef predict(rows):\n    raise RuntimeError(str(left) + 'x' * 1000)\n";
  const [answer] = await serviceRunner(python, () => 0).predict(serviceOf(code), photos, new AbortController().signal);
  const error = answer?.ok === false ? answer.error : '';
  expect(error.startsWith("RuntimeError: ['package']xxx")).toBe(true);
  expect(error.length).toBe(303);
});
