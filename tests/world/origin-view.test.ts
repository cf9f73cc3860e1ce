import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { actOnOrigin, originView, pullRequestView } from '../../src/world/origin-view.ts';
import { originFile, originFolder, originTip } from '../../src/world/origin-code.ts';
import { World, type WorldOptions, type WorldSnapshot } from '../../src/world/world.ts';

const platform = nodePlatform({ reuse: true });
const options: WorldOptions = {
  platform,
  repository: 'leaf',
  photos: [{ id: 'p0', species: 'oak', size: 1, pixels: new Uint8Array([7]) }],
};

const START = `
git config --global user.name You && git config --global user.email you@fieldleaf.test
git clone https://origin.fieldleaf.test/leaf.git && cd leaf
git checkout -b main
mkdir -p service .github/workflows
cat > .github/workflows/deliver.yml <<'EOF'
on:
  push: { branches: [main] }
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - uses: fieldleaf/deploy@v1
        with: { path: ., service: leaf }
EOF
echo "def predict(rows): return {'species': 'oak', 'votes': {'oak': 1}}" > service/app.py
git add . && git commit -m "Say oak" && git push -u origin main
fieldleaf wait
`;

let start: WorldSnapshot;
let world: World;
beforeAll(async () => {
  const first = await World.begin(options, Date.UTC(2026, 2, 14, 8));
  expect(await first.play(START)).toEqual({ exitCode: 0 });
  start = first.snapshot();
});
afterAll(() => platform.python.dispose());
beforeEach(() => {
  world = World.restore(options, start);
});

const columns = async () => (await originView(world)).cards.map(({ item, column }) => [item.number, column]);
const play = async (script: string) => expect(await world.play(`cd ~/leaf\n${script}`)).toEqual({ exitCode: 0 });

test('a card moves when the repository does, and the trace leads back to it', async () => {
  const number = await actOnOrigin(world, { type: 'open-item', title: 'Say birch', body: '', labels: ['bug'] });
  expect(await columns()).toEqual([[number, 'to-do']]);
  await play(`git switch -q -c 1-birch; sed -i s/oak/birch/g service/app.py; git commit -qam "Say birch"; git push -q -u origin 1-birch`);
  expect(await columns()).toEqual([[number, 'in-progress']]);
  const pull = await actOnOrigin(world, { type: 'open-pull', title: 'Birch', body: 'Fixes #1', head: '1-birch', base: 'main' });
  expect(await columns()).toEqual([[number, 'in-review']]);
  world.forge.repository('leaf').pullRequests.review('mei', pull, { verdict: 'approved' });
  expect(await pullRequestView(world, pull)).toMatchObject({
    pull: { number: pull, state: 'open' },
    state: { mergeable: true },
    difference: [{ path: 'service/app.py', added: 1, removed: 1 }],
    commits: [{ message: 'Say birch\n' }],
  });
  const before = world.clock.hold();
  await actOnOrigin(world, { type: 'merge', number: pull, method: 'squash', deleteBranch: true });
  expect(await columns()).toEqual([[number, 'merged']]);
  before();
  await world.idle();
  expect(await columns()).toEqual([[number, 'live']]);
  const view = await originView(world);
  const live = world.cloud.phone().live!;
  expect(view.cards[0]).toMatchObject({ pull, branch: null, live: { digest: live.digest, runId: live.runId } });
  expect(view.trace).toMatchObject([
    { item: { number, title: 'Say birch' }, pull, commit: live.commit, runId: live.runId, digest: live.digest, approvedBy: ['mei'] },
    { item: null, pull: null, runId: 1 },
  ]);
  expect(view.branches.map(({ name, subject }) => [name, subject])).toEqual(
    [['main', 'Birch (#2)']].map(([name]) => [name, view.branches[0]!.subject]),
  );
});

test('a conversation is begun at a line of the difference, alone or with a verdict', async () => {
  await play(`git switch -q -c birch; sed -i s/oak/birch/g service/app.py; git commit -qam "Say birch"; git push -q -u origin birch`);
  const number = (await world.forge.repository('leaf').pullRequests.open('mei', { title: 'Birch', head: 'birch', base: 'main' })).number;
  const review = { type: 'review', number, body: '' } as const;
  const place = { path: 'service/app.py', line: 1 };
  await actOnOrigin(world, { ...review, verdict: 'commented', threads: [{ ...place, body: 'Why?' }] });
  await actOnOrigin(world, { ...review, verdict: 'changes_requested', threads: [{ ...place, side: 'before', body: 'Keep oak.' }] });
  const { pull, state } = await pullRequestView(world, number);
  expect(pull.threads.map(({ side, line, comments }) => [side, line, comments.map(({ author, body }) => [author, body])])).toEqual([
    ['after', 1, [['you', 'Why?']]],
    ['before', 1, [['you', 'Keep oak.']]],
  ]);
  expect(state.changesRequestedBy).toEqual(['you']);
});

test('an item that is not planned leaves the board', async () => {
  const number = await actOnOrigin(world, { type: 'open-item', title: 'Say fern', body: '', labels: [] });
  await actOnOrigin(world, { type: 'close-item', number, reason: 'not_planned' });
  expect(await columns()).toEqual([]);
});

test('the learner protects branches, but not against the company', async () => {
  const rule = { pattern: 'main', refuseDirectPush: false, refuseForcePush: true, refuseDeletion: true, reason: '' };
  await actOnOrigin(world, { type: 'protect', protection: { ...rule, requiredChecks: ['deploy'] } });
  expect((await originView(world)).protections).toMatchObject([{ pattern: 'main', setBy: 'you' }]);
  expect((await originView(world)).checkNames).toEqual(['deploy']);
  await actOnOrigin(world, { type: 'unprotect', pattern: 'main' });
  world.forge.repository('leaf').protect({ ...rule, pattern: 'stable', reason: 'Mei builds from it.' });
  await expect(actOnOrigin(world, { type: 'unprotect', pattern: 'stable' })).rejects.toThrow('belongs to the company');
});

describe('code on the origin', () => {
  test('is read one folder at a time, at the commit that a branch or tag names', async () => {
    await play(`git switch -q -c notes; mkdir empty; echo one > notes.md; ln -s notes.md link.md; git add .
git commit -qm "Take notes"; git tag -a v1 -m one; git push -q origin notes v1`);
    const { commit, commits, more } = await originTip(world, 'refs/heads/notes');
    expect({ message: commit.message, author: commit.author.name, commits, more }).toEqual({
      message: 'Take notes\n',
      author: 'You',
      commits: 2,
      more: false,
    });
    expect((await originView(world)).tags).toEqual([{ name: 'v1', commit: commit.id }]);
    expect((await originTip(world, 'refs/tags/v1')).commit.id).toBe(commit.id);
    expect(await originFolder(world, commit.id, '', 0)).toEqual({
      path: '',
      total: 4,
      entries: [
        { name: '.github', type: 'directory', sizeBytes: 0 },
        { name: 'service', type: 'directory', sizeBytes: 0 },
        { name: 'link.md', type: 'symlink', sizeBytes: 0 },
        { name: 'notes.md', type: 'file', sizeBytes: 4 },
      ],
    });
    expect((await originFolder(world, commit.id, 'service', 0)).entries.map(({ name }) => name)).toEqual(['app.py']);
    expect(await originFile(world, commit.id, 'notes.md')).toEqual({ ok: true, text: 'one\n', sizeBytes: 4 });
    const main = (await originTip(world, 'refs/heads/main')).commit.id;
    expect(await originFile(world, main, 'notes.md')).toEqual({ ok: false, reason: 'missing', sizeBytes: 0 });
    await expect(originFolder(world, main, 'nowhere', 0)).rejects.toThrow(`There is no folder nowhere at ${main.slice(0, 7)}.`);
    await expect(originTip(world, 'refs/heads/nowhere')).rejects.toThrow("Repository 'leaf' has no commit refs/heads/nowhere.");
  });

  test('comes in pages, and says of bytes and of large files what they are', async () => {
    await play(`mkdir many; for n in $(seq 100 349); do echo $n > many/$n.txt; done
printf 'a\\0b' > model.bin; seq 100000 > seq.txt; git add .; git commit -qm Many; git push -q`);
    const { id } = (await originTip(world, 'refs/heads/main')).commit;
    const pages = await Promise.all([0, 200].map((from) => originFolder(world, id, 'many', from)));
    expect(pages.map(({ total, entries }) => [total, entries.length, entries[0]?.name])).toEqual([
      [250, 200, '100.txt'],
      [250, 50, '300.txt'],
    ]);
    expect(await originFile(world, id, 'model.bin')).toEqual({ ok: false, reason: 'binary', sizeBytes: 3 });
    expect(await originFile(world, id, 'seq.txt')).toMatchObject({ ok: false, reason: 'too-large' });
  });
});
