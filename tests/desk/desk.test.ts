import { gunzipSync, gzipSync } from 'fflate';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Check } from '../../src/checks/contract.ts';
import type { PreparedExercise } from '../../src/desk/contract.ts';
import { Desk } from '../../src/desk/desk.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { StoreError, type Store } from '../../src/platform/platform.ts';
import type { WorldNotice } from '../../src/world/contract.ts';
import { pack, unpack } from '../../src/world/pack.ts';
import { World, type WorldSnapshot } from '../../src/world/world.ts';

const platform = nodePlatform({ reuse: true });
const hasUnzip = spawnSync('unzip', ['-v']).status === 0;
let exercise: PreparedExercise;

const pushed: Check = {
  id: 'pushed',
  title: 'Something is pushed',
  after: ['push'],
  check: async (world) =>
    (await world.commitsSinceStart()).length > 0 ? { status: 'holds', value: 'yes' } : { status: 'pending', value: 'no' },
};

beforeAll(async () => {
  const world = await World.begin({ platform, photos: [], repository: 'leaf' }, Date.UTC(2026, 2, 14, 8));
  await world.play(`
git config --global user.name You && git config --global user.email you@fieldleaf.test
git clone https://origin.fieldleaf.test/leaf.git && cd leaf && git checkout -b main
echo hello > readme.md && git add . && git commit -m first && git push -u origin main`);
  await world.markBeginning();
  exercise = {
    meta: {
      id: 'grow',
      title: 'Grow',
      number: '0.1',
      level: 0,
      minutes: 1,
      facilities: ['T'],
      repository: 'leaf',
      hints: {},
      outcomes: [{ id: 'pushed', title: pushed.title }],
      protect: [],
      teammates: [],
      begins: '2026-03-14T08:00:00Z',
      photos: '',
    },
    checks: [pushed],
    photos: [],
    start: world.snapshot(),
    solution: 'git push',
    epoch: 0,
  };
});

afterAll(() => platform.python.dispose());

function memoryStore(): Store & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    load: async (key) => kept.get(key) ?? null,
    save: async (key, bytes) => void kept.set(key, bytes),
    remove: async (key) => void kept.delete(key),
  };
}

/** The same file with an entry that would leave the folder it is unpacked in. */
function withForeignPath(file: unknown): unknown {
  const kept = file as { readonly world: { readonly files: readonly object[] } };
  const foreign = { path: '/home/../../etc/passwd', type: 'file', bytes: new Uint8Array(), mode: 0o644, mtime: 0 };
  return { ...kept, world: { ...kept.world, files: [...kept.world.files, foreign] } };
}

/** The same file with something else in its world. */
function withWorld(file: unknown, change: (world: WorldSnapshot) => object): Uint8Array<ArrayBuffer> {
  const kept = file as { readonly world: WorldSnapshot };
  return pack({ ...kept, world: { ...kept.world, ...change(kept.world) } });
}

/** A deployment that is live in a world, of a package that gave this answer. */
const deployed = (answer: object) => (world: WorldSnapshot) => {
  const at = { commit: 'c0ffee', pushedAt: world.now - 7_200_000, liveAt: world.now - 3_600_000 };
  const deployment = { id: 1, environment: 'production', service: 'leaf', digest: 'sha256:1', runId: 1, actor: 'you', ...at };
  const packages = [{ digest: 'sha256:1', files: [], answers: [answer] }];
  return { cloud: { ...world.cloud, deployments: [deployment], packages } };
};

/** A run as stored. */
const ranOnce = (over: object) => (world: WorldSnapshot) => {
  const times = { createdAt: world.now, startedAt: world.now, completedAt: world.now };
  const lists = { jobs: [], artifacts: [], annotations: [], errors: [] };
  const names = { workflow: 'w', path: 'w.yml', title: 't', event: 'push', ref: 'refs/heads/main', commit: 'c0ffee', actor: 'you' };
  const run = { id: 1, number: 1, ...names, status: 'completed', conclusion: 'success', ...times, ...lists, ...over };
  return { pipelines: { ...world.pipelines, runs: [run] } };
};

/** Worlds that unpack and cannot be shown, and what is said of each. */
const unshowable: readonly (readonly [string, (world: WorldSnapshot) => object, string])[] = [
  ['an answer without votes', deployed({ photo: 'a', ok: true, species: 'oak' }), 'world.cloud.packages.0.answers.0.votes'],
  [
    'a package that is not there',
    (world) => ({ cloud: { ...deployed({})(world).cloud, packages: [] } }),
    'no package with digest sha256:1',
  ],
  ['a run without errors', ranOnce({ errors: undefined }), 'world.pipelines.runs.0.errors'],
  ['a run without annotations', ranOnce({ annotations: undefined }), 'world.pipelines.runs.0.annotations'],
  ['a job without needs', ranOnce({ jobs: [{ key: 'a', id: 'a', name: 'a' }] }), 'world.pipelines.runs.0.jobs.0.needs'],
  ['a time that no clock shows', () => ({ now: 1e300 }), 'world.now'],
];

async function open(store: Store) {
  const desk = await Desk.open({ exercise, platform, store });
  const notices: WorldNotice[] = [];
  await desk.subscribe((notice) => notices.push(notice));
  let screen = '';
  const { id } = await desk.openTerminal(80, (text) => (screen += text));
  return { desk, notices, run: (text: string) => desk.terminalRun(id, text), screen: () => screen, terminal: id };
}

test('what is typed is there after a reload: files, commits, history of the terminal, verdicts', async () => {
  const store = memoryStore();
  const first = await open(store);
  await first.run('echo more >> readme.md');
  await first.run('git commit -am more && git push');
  await first.desk.checkNow();
  await first.desk.save();
  const second = await open(store);
  const { resumed, checks } = await second.desk.summary();
  expect({ resumed, verdicts: checks.map((check) => check.verdict) }).toEqual({
    resumed: true,
    verdicts: [{ status: 'holds', value: 'yes' }],
  });
  await second.run('git log --oneline | wc -l && cat readme.md && git status -sb');
  expect(second.screen().replaceAll('\r', '')).toContain('2\nhello\nmore\n## main...origin/main\n');
  expect(await second.desk.terminalHistory()).toEqual([
    'echo more >> readme.md',
    'git commit -am more && git push',
    'git log --oneline | wc -l && cat readme.md && git status -sb',
  ]);
});

test('the editor never overwrites what it has not seen', async () => {
  const { desk, run } = await open(memoryStore());
  const path = '/home/you/leaf/readme.md';
  const text = await desk.readText(path);
  if (!text.ok) throw new Error('unreadable');
  await run('echo underneath > readme.md');
  await expect(desk.writeText(path, 'mine', text.version)).rejects.toThrow('has changed since it was opened');
  expect(await desk.readText(path)).toMatchObject({ text: 'underneath\n' });
  const { version } = await desk.writeText(path, 'mine');
  expect(await desk.writeText(path, 'mine again', version)).toMatchObject({ version: version + 1 });
});

test('the prompt comes back while another terminal writes without end, and what it reports is saved', async () => {
  const store = memoryStore();
  // While the loop runs there is a change in each save: it ends when the loop has written again.
  let looping = true;
  const waiting: (() => void)[] = [];
  const goOn = () => waiting.splice(0).forEach((resolve) => resolve());
  const save: Store['save'] = async (key, bytes) => {
    if (looping && key === 'exercise:grow') await new Promise<void>((resolve) => waiting.push(resolve));
    await store.save(key, bytes);
  };
  const { desk, run } = await open({ ...store, save });
  const { promise: writes, resolve: written } = Promise.withResolvers<void>();
  const { id } = await desk.openTerminal(80, () => {
    written();
    goOn();
  });
  const loop = desk.terminalRun(id, 'while true; do echo x | tee -a log.txt; sleep 1; done');
  await writes;
  expect(await run('echo done > done.txt')).toMatchObject({ exitCode: 0 });
  const stored = unpack(store.kept.get('exercise:grow') ?? new Uint8Array()) as { readonly world: WorldSnapshot };
  expect(stored.world.files.map((entry) => entry.path)).toContain('/home/you/leaf/done.txt');
  looping = false;
  goOn();
  await desk.terminalInterrupt(id);
  expect(await loop).toMatchObject({ exitCode: 130 });
});

test('closing a terminal ends what runs in it', async () => {
  const { desk, run } = await open(memoryStore());
  const { promise: writes, resolve: written } = Promise.withResolvers<void>();
  const { id } = await desk.openTerminal(80, () => written());
  const loop = desk.terminalRun(id, 'python3 -c "\nwhile True: print(1, flush=True)"');
  await writes;
  await desk.closeTerminal(id);
  expect((await loop).exitCode).not.toBe(0);
  await expect(desk.terminalPrompt(id)).rejects.toThrow(`there is no terminal ${id}`);
  await desk.closeTerminal(id);
  expect(await run('echo on')).toMatchObject({ exitCode: 0 });
});

test('each notice of a log says where in it its lines stand', async () => {
  const { desk, run, notices } = await open(memoryStore());
  const workflow = 'on: push\\njobs:\\n  a:\\n    runs-on: ubuntu-latest\\n    steps:\\n      - run: echo one; sleep 1; echo two\\n';
  await run(`mkdir -p .github/workflows && printf '${workflow}' > .github/workflows/w.yml && git add . && git commit -qm w && git push -q`);
  await expect.poll(() => notices.some((notice) => notice.type === 'run' && notice.run.status === 'completed')).toBe(true);
  const logs = notices.filter((notice) => notice.type === 'log');
  const log = await desk.runLog(logs[0]?.runId ?? 0);
  expect(log.length).toBeGreaterThan(2);
  expect(logs.map(({ from, lines }) => ({ from, lines }))).toEqual(
    logs.map(({ from, lines }) => ({ from, lines: log.slice(from, from + lines.length) })),
  );
  expect(logs.map(({ from, lines }) => from + lines.length).at(-1)).toBe(log.length);
});

test('start over brings back the beginning, and terminals go on in it', async () => {
  const { desk, run, screen } = await open(memoryStore());
  await run('rm -rf .git readme.md && cd /');
  await desk.reset();
  await run('pwd && git log --oneline | wc -l && cat readme.md');
  expect(screen().replaceAll('\r', '')).toContain('/home/you/leaf\n1\nhello\n');
});

test('a world travels as a file; a damaged or foreign one is refused and loses nothing', async () => {
  const { desk, run } = await open(memoryStore());
  await run('echo travelled > here.txt');
  const { name, bytes } = await desk.exportWorld();
  expect(name).toBe('grow.plumbline');
  const other = await open(memoryStore());
  await other.desk.importWorld(bytes);
  expect(await other.desk.readText('/home/you/leaf/here.txt')).toMatchObject({ text: 'travelled\n' });
  for (const [damaged, message] of [
    [bytes.slice(0, 200), 'This file is cut short or damaged.'],
    [new TextEncoder().encode('hello'), 'This is not a Plumbline file.'],
    [gzipSync(new TextEncoder().encode('hello')), 'This is not a Plumbline file.'],
    [
      gzipSync(pack({ format: 1, exercise: 'grow', world: {}, checks: [], history: [] })),
      'This file is damaged or was made by another version (world.version: ',
    ],
    [gzipSync(pack({ ...(unpack(gunzipSync(bytes)) as object), exercise: 'other' })), 'This file belongs to the exercise other.'],
    [gzipSync(pack(withForeignPath(unpack(gunzipSync(bytes))))), 'not a path inside the tree'],
  ] as const) {
    await expect(other.desk.importWorld(damaged)).rejects.toThrow(message);
  }
  expect(await other.desk.readText('/home/you/leaf/here.txt')).toMatchObject({ text: 'travelled\n' });
  expect(await other.run('git log --oneline')).toMatchObject({ exitCode: 0 });
});

test('a world without the repository’s folder travels too, and the files are none', async () => {
  const { desk, run } = await open(memoryStore());
  await run('cd ~ && rm -rf leaf');
  expect(await desk.listFiles()).toEqual([]);
  const { bytes } = await desk.exportWorld();
  const store = memoryStore();
  const other = await open(store);
  await other.run('echo mine > mine.txt');
  await other.desk.importWorld(bytes);
  expect(await other.desk.listFiles()).toEqual([]);
  expect(other.notices.findLast((notice) => notice.type === 'files')).toMatchObject({
    changes: expect.arrayContaining([{ path: '/home/you/leaf/mine.txt', kind: 'removed' }]),
  });
  await other.run('cd ~ && echo in the place of a folder > leaf');
  expect(await other.desk.listFiles()).toEqual([]);
  const reloaded = await open(store);
  expect(await reloaded.desk.readText('/home/you/leaf')).toMatchObject({ text: 'in the place of a folder\n' });
  await reloaded.desk.reset();
  expect((await reloaded.desk.listFiles()).map((node) => node.path)).toEqual(['/home/you/leaf/readme.md']);
});

test.each(unshowable)('a file with %s is refused, and nothing is lost', async (_name, change, message) => {
  const store = memoryStore();
  const { desk, run } = await open(store);
  await run('echo mine > mine.txt');
  const before = await desk.summary();
  const { bytes } = await desk.exportWorld();
  await expect(desk.importWorld(withWorld(unpack(gunzipSync(bytes)), change))).rejects.toThrow(message);
  expect(await desk.summary()).toEqual({ ...before, saved: expect.anything(), python: expect.anything() });
  await run('echo more >> mine.txt');
  expect(await (await open(store)).desk.readText('/home/you/leaf/mine.txt')).toMatchObject({ text: 'mine\nmore\n' });
});

test.each(unshowable)('a stored world with %s is set aside, and Start works', async (_name, change, message) => {
  const store = memoryStore();
  await (await open(store)).desk.save();
  const broken = withWorld(unpack(store.kept.get('exercise:grow') ?? new Uint8Array()), change);
  store.kept.set('exercise:grow', broken);
  const { desk } = await open(store);
  expect((await desk.summary()).resumed).toBe(false);
  expect(await desk.summary()).toMatchObject({ setAside: expect.stringContaining(message) });
  expect(store.kept.get('exercise:grow:damaged')).toBe(broken);
});

test('when storage cannot be read, nothing is saved over what is there', async () => {
  const store = memoryStore();
  const first = await open(store);
  await first.run('echo precious > work.txt');
  await first.desk.save();
  const kept = store.kept.get('exercise:grow');
  const second = await open({ ...store, load: async () => Promise.reject(new StoreError('failed', 'busy')) });
  await second.run('echo other > other.txt');
  await second.desk.save();
  expect((await second.desk.summary()).saved).toMatchObject({ status: 'unsaved', reason: 'failed' });
  expect(store.kept.get('exercise:grow')).toBe(kept);
});

test('a check that is at work when the learner starts over says nothing about the new world', async () => {
  const { desk, run, notices } = await open(memoryStore());
  await run('git commit --allow-empty -m x && git push');
  const checking = desk.checkNow();
  await desk.reset();
  await checking;
  expect((await desk.summary()).checks.map((check) => check.verdict)).toEqual([null]);
  expect(notices.findLast((notice) => notice.type === 'checks')).toMatchObject({ checks: [{ verdict: null }] });
});

test('a stored world that cannot be read is set aside, not deleted', async () => {
  const store = memoryStore();
  store.kept.set('exercise:grow', new Uint8Array([1, 2, 3]));
  const { desk } = await open(store);
  expect((await desk.summary()).resumed).toBe(false);
  expect([...store.kept.keys()]).toContain('exercise:grow:damaged');
});

test('so is one that reads well and makes no world', async () => {
  const store = memoryStore();
  const first = await open(store);
  await first.desk.save();
  const stored = store.kept.get('exercise:grow') ?? new Uint8Array();
  const kept = unpack(stored) as { readonly world: { readonly files: readonly { readonly path: string }[] } };
  const within = kept.world.files.map((entry) => (entry.path.endsWith('/readme.md') ? { ...entry, path: `${entry.path}/below` } : entry));
  const broken = pack({ ...kept, world: { ...kept.world, files: [...kept.world.files, ...within] } });
  store.kept.set('exercise:grow', broken);
  const { desk } = await open(store);
  expect((await desk.summary()).resumed).toBe(false);
  expect((await desk.summary()).setAside).toContain('was set aside; the exercise begins anew.');
  expect(store.kept.get('exercise:grow:damaged')).toBe(broken);
});

test('what was set aside can be exported on every visit until it is, and nothing takes its place before', async () => {
  const store = memoryStore();
  const first = new Uint8Array([1, 2, 3]);
  const second = new Uint8Array([4, 5, 6]);
  store.kept.set('exercise:grow', first);
  await (await open(store)).desk.save();
  expect((await (await open(store)).desk.summary()).setAside).toContain('is still set aside');
  store.kept.set('exercise:grow', second);
  const { desk } = await open(store);
  await desk.save();
  expect({ saved: (await desk.summary()).saved.status, stored: store.kept.get('exercise:grow') }).toEqual({
    saved: 'unsaved',
    stored: second,
  });
  const { name, bytes } = await desk.exportSetAside();
  expect({ name, content: gunzipSync(bytes) }).toEqual({ name: 'grow-set-aside.plumbline', content: first });
  const later = await open(store);
  expect(store.kept.get('exercise:grow:damaged')).toBe(second);
  await later.desk.exportSetAside();
  await later.desk.save();
  expect((await (await open(store)).desk.summary()).setAside).toBeNull();
});

test('a world that the first release stored is read by this one', async () => {
  const store = memoryStore();
  store.kept.set('exercise:grow', gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures', 'format-1.plumbline'))));
  const { desk, run, screen } = await open(store);
  const { resumed, setAside } = await desk.summary();
  expect({ resumed, setAside }).toEqual({ resumed: true, setAside: null });
  await run('cat old.txt && git log --oneline | wc -l');
  expect(screen().replaceAll('\r', '')).toContain('from the first release\n2\n');
  await desk.save();
  expect(unpack(store.kept.get('exercise:grow') ?? new Uint8Array())).toMatchObject({ format: 2, world: { triggers: [] } });
});

test('a world that a newer release stored is set aside, with the advice to update', async () => {
  const store = memoryStore();
  store.kept.set('exercise:grow', pack({ format: 1000 }));
  expect((await (await open(store)).desk.summary()).setAside).toContain('made by a newer Plumbline. Reload this page to update it.');
});

test('after starting over, an editor that saw the old world overwrites nothing', async () => {
  const { desk, notices } = await open(memoryStore());
  const path = '/home/you/leaf/readme.md';
  const text = await desk.readText(path);
  if (!text.ok) throw new Error('unreadable');
  await desk.writeBytes('/home/you/leaf/later.txt', new Uint8Array());
  await desk.reset();
  await expect(desk.writeText(path, 'mine', text.version)).rejects.toThrow('has changed since it was opened');
  const told = notices.findLast((notice) => notice.type === 'files');
  expect(told?.type === 'files' ? told.changes.filter((change) => change.path.startsWith('/home/you/leaf/later')) : []).toEqual([
    { path: '/home/you/leaf/later.txt', kind: 'removed' },
  ]);
});

test('storage that is full or forbidden is said, and the world lives on', async () => {
  const store: Store = { ...memoryStore(), save: async () => Promise.reject(new StoreError('quota', 'full')) };
  const { desk, run, notices } = await open(store);
  await run('echo go on > on.txt');
  await expect(desk.save()).rejects.toThrow('full');
  expect(notices.findLast((notice) => notice.type === 'saved')).toMatchObject({ state: { status: 'unsaved', reason: 'quota' } });
  expect(await desk.readText('/home/you/leaf/on.txt')).toMatchObject({ text: 'go on\n' });
});

test('large and binary files are not put into the editor', async () => {
  const { desk, run } = await open(memoryStore());
  await desk.writeBytes('/home/you/leaf/big.bin', new Uint8Array(50_000_000));
  await run('printf "\\0\\1" > small.bin');
  expect(await desk.readText('/home/you/leaf/big.bin')).toEqual({ ok: false, reason: 'too-large', sizeBytes: 50_000_000 });
  expect(await desk.readText('/home/you/leaf/small.bin')).toEqual({ ok: false, reason: 'binary', sizeBytes: 2 });
  expect(await desk.readText('/home/you/leaf/none')).toEqual({ ok: false, reason: 'missing', sizeBytes: 0 });
});

test('the repository taken home is one that git clones', async () => {
  const { desk } = await open(memoryStore());
  const { bytes } = await desk.exportRepository();
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-'));
  writeFileSync(join(folder, 'leaf.bundle'), bytes);
  execFileSync('git', ['clone', '-q', 'leaf.bundle', 'leaf'], { cwd: folder });
  expect(execFileSync('git', ['-C', 'leaf', 'log', '--format=%s', 'main'], { cwd: folder, encoding: 'utf8' })).toBe('first\n');
  execFileSync('git', ['-C', 'leaf', 'fsck', '--strict'], { cwd: folder });
});

test.skipIf(!hasUnzip)('a folder taken home as a zip is the folder, with its repository, modes and links', async () => {
  const { desk, run } = await open(memoryStore());
  await run(
    'mkdir -p empty && printf "#!/bin/sh\\necho ran\\n" > run.sh && chmod +x run.sh && ln -s readme.md link.md && echo changed > readme.md',
  );
  const { name, bytes } = await desk.exportFolder('/home/you/leaf');
  expect(name).toBe('leaf.zip');
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-'));
  writeFileSync(join(folder, name), bytes);
  execFileSync('unzip', ['-q', name], { cwd: folder });
  const inside = (command: string) => execFileSync('bash', ['-c', command], { cwd: join(folder, 'leaf'), encoding: 'utf8' });
  expect(inside('git status --short && ./run.sh && readlink link.md && ls -d empty && git fsck --strict')).toBe(
    ' M readme.md\n?? link.md\n?? run.sh\nran\nreadme.md\nempty\n',
  );
});

test('a tab that was frozen saves nothing over the one that has taken over, and says so', async () => {
  const store = memoryStore();
  const frozen = await open(store);
  await frozen.run('echo before > before.txt');
  const other = await open(store);
  expect(await other.desk.readText('/home/you/leaf/before.txt')).toMatchObject({ text: 'before\n' });
  await other.run('echo theirs > work.txt');
  await frozen.run('echo stale > work.txt');
  const { saved } = await frozen.desk.summary();
  expect(saved).toMatchObject({ status: 'unsaved', message: expect.stringContaining('Another tab has taken over') });
  expect(frozen.notices.findLast((notice) => notice.type === 'saved')).toMatchObject({ state: saved });
  expect(await (await open(store)).desk.readText('/home/you/leaf/work.txt')).toMatchObject({ text: 'theirs\n' });
});

test('a store that fails when the exercise is opened, or is cleared, is taken up by the next save', async () => {
  const store = memoryStore();
  let fails = true;
  const save: Store['save'] = (key, bytes) => (fails ? Promise.reject(new StoreError('failed', 'busy')) : store.save(key, bytes));
  const { desk, run } = await open({ ...store, save });
  fails = false;
  await run('echo one > one.txt');
  store.kept.clear();
  await run('echo two > two.txt');
  expect((await desk.summary()).saved.status).toBe('saved');
  const { desk: next } = await open(store);
  expect((await next.listFiles()).map((node) => node.path.split('/').at(-1))).toEqual(['one.txt', 'readme.md', 'two.txt']);
});
