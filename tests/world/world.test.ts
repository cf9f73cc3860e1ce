import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { pack, unpack } from '../../src/world/pack.ts';
import { observe } from '../../src/world/observe.ts';
import { World, type WorldOptions, type WorldSnapshot } from '../../src/world/world.ts';

const MORNING = Date.UTC(2026, 2, 14, 8);

const WORKFLOW = `name: deliver
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: test -f service/app.py
  deploy:
    needs: test
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - uses: fieldleaf/deploy@v1
        with: { path: ., service: leaf, tested-score: 0.5 }
`;

const START = `
git config --global user.name You && git config --global user.email you@fieldleaf.test
git clone https://origin.fieldleaf.test/leaf.git && cd leaf
git checkout -b main
mkdir -p service .github/workflows
cat > .github/workflows/deliver.yml <<'EOF'
${WORKFLOW}EOF
cat > service/app.py <<'EOF'
def predict(rows):
    return {'species': 'oak', 'votes': {'oak': 1}}
EOF
git add . && git commit -m "Say oak"
git push -u origin main
fieldleaf wait
`;

const platform = nodePlatform({ reuse: true });
const options: WorldOptions = {
  platform,
  repository: 'leaf',
  photos: ['oak', 'birch'].map((species, i) => ({ id: `p${i}`, species, size: 2, pixels: new Uint8Array([0, 50, 100, 150]) })),
};
let start: WorldSnapshot;

beforeAll(async () => {
  const world = await World.begin(options, MORNING);
  expect(await world.play(START)).toEqual({ exitCode: 0 });
  await world.markBeginning();
  start = world.snapshot();
});

afterAll(() => platform.python.dispose());

/** What there is to compare of a world: refs, runs, deployments and the time. */
async function facts(world: World) {
  return {
    refs: [...(await world.forge.repository('leaf').refs())],
    runs: world.pipelines.runs().map((run) => [run.number, run.title, run.conclusion, run.createdAt, run.completedAt]),
    deployments: world.cloud.deployments('production').map(({ id, digest, liveAt }) => [id, digest, liveAt]),
    now: world.clock.now(),
    events: world.events,
  };
}

const change = (species: string, message: string) => `
cd ~/leaf
sed -i "s/'oak'/'${species}'/g" service/app.py
git commit -am "${message}"
git push
fieldleaf wait
`;

test('a job gets one commit of history, or as much as it asks for', async () => {
  const world = World.restore(options, start);
  const play = await world.play(`cd ~/leaf
cat > .github/workflows/depth.yml <<'EOF'
on: push
jobs:
  depth:
    strategy:
      matrix: { depth: [1, 2, 0] }
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: \${{ matrix.depth }}
      - run: echo "commits $(git rev-list --count HEAD), tags $(git tag | wc -l)"
EOF
git add . && git commit -m depth && git tag v1 && git commit --allow-empty -m more
git push origin main v1
fieldleaf wait`);
  expect(play).toEqual({ exitCode: 0 });
  const run = world.pipelines.runs().find(({ path, ref }) => path.endsWith('depth.yml') && ref === 'refs/heads/main')!;
  const said = world.pipelines.log(run.id).filter(({ text }) => text.startsWith('commits '));
  expect(said.map(({ text }) => text).toSorted()).toEqual(['commits 1, tags 0', 'commits 2, tags 0', 'commits 3, tags 1']);
});

test('a push runs the pipeline, deploys, and users are served by it', async () => {
  const world = World.restore(options, start);
  expect(world.events.map((event) => event.type)).toEqual([
    'push',
    'run.started',
    'push.handled',
    'deployment.created',
    'run.completed',
    'users.served',
  ]);
  const { live, score } = world.cloud.phone();
  expect({ tested: live?.testedScore, served: score?.balancedAccuracy, byHand: live?.waitedForPerson }).toEqual({
    tested: 0.5,
    served: 0.5,
    byHand: false,
  });
  expect((live?.liveAt ?? 0) - (live?.pushedAt ?? 0)).toBeLessThan(10 * 60_000);
});

test('the same script gives the same world, to the millisecond', async () => {
  const worlds = [World.restore(options, start), World.restore(options, start)] as const;
  for (const world of worlds) await world.play(change('birch', 'Say birch'));
  expect(await facts(worlds[0])).toEqual(await facts(worlds[1]));
});

test('a snapshot, packed and unpacked, is the same world and goes on', async () => {
  const world = World.restore(options, unpack(pack(start)) as WorldSnapshot);
  const original = World.restore(options, start);
  expect(await facts(world)).toEqual(await facts(original));
  expect(await world.play(change('birch', 'Go on'))).toEqual({ exitCode: 0 });
  expect(world.pipelines.runs().at(-1)).toMatchObject({ number: 2, conclusion: 'success', title: 'Go on' });
});

test('a run that a reload interrupts runs again, under its number, to the same end', async () => {
  const interrupted = World.restore(options, start);
  const seen: WorldSnapshot[] = [];
  interrupted.on((event) => {
    if (event.type === 'push' || event.type === 'run.started' || event.type === 'push.handled')
      seen.push(structuredClone(interrupted.snapshot()));
  });
  await interrupted.play(change('birch', 'Say birch'));
  const uninterrupted = await facts(interrupted);
  expect(seen.length).toBe(3);
  for (const snapshot of seen) {
    const world = World.restore(options, snapshot);
    await world.idle();
    const { refs, runs, deployments } = await facts(world);
    expect({
      refs,
      runs: runs.map(([number, title, conclusion]) => [number, title, conclusion]),
      deployments: deployments.map(([id, digest]) => [id, digest]),
    }).toEqual({
      refs: uninterrupted.refs,
      runs: uninterrupted.runs.map(([number, title, conclusion]) => [number, title, conclusion]),
      deployments: uninterrupted.deployments.map(([id, digest]) => [id, digest]),
    });
  }
});

test('what happens in a fork stays there', async () => {
  const world = World.restore(options, start);
  await world.play('git config --global user.name Ada');
  const before = await facts(world);
  const seen = await observe(world).fork(async (fork) => {
    const app = await fork.origin.file('main', 'service/app.py');
    const runs = await fork.pushChange('Say birch', {
      'service/app.py': new TextDecoder().decode(app ?? undefined).replaceAll('oak', 'birch'),
    });
    const [tip] = await fork.commitsSinceStart();
    return {
      conclusions: runs.map((run) => run.conclusion),
      deployments: fork.deployments('production').length,
      by: [runs[0]?.actor, tip?.author.name, tip?.author.email],
    };
  });
  // As if the learner had pushed it: nothing but the change itself may tell a probe from a push of theirs.
  expect(seen).toEqual({ conclusions: ['success'], deployments: 2, by: ['you', 'Ada', 'you@fieldleaf.test'] });
  expect(await facts(world)).toEqual(before);
});

test('a run that is under way is not the probe’s, and does not run again in a fork', async () => {
  const world = World.restore(options, start);
  await world.play(
    "cd leaf && sed -i 's/on: push/on:\\n  push:\\n    paths: [service\\/**]/' .github/workflows/deliver.yml && git commit -qam Paths",
  );
  await world.play('cd leaf && echo "# more" >> service/app.py && git commit -qam More && git push -q');
  // The learner's own run is queued or in progress now.
  const before = world.pipelines.runs().filter((run) => run.status !== 'completed').length;
  const runs = await observe(world).fork(async (fork) => fork.pushChange('Say more', { 'README.md': 'Oaks.\n' }));
  expect([before, runs]).toEqual([1, []]);
  await world.idle();
});

test('a deployment to a service that the app does not ask is refused', async () => {
  const world = World.restore(options, start);
  await world.play(
    "cd leaf && sed -i 's/service: leaf/service: nobody/' .github/workflows/deliver.yml && git commit -qam Nobody && git push -q",
  );
  await world.idle();
  const run = world.pipelines.runs().at(-1);
  expect([run?.conclusion, world.cloud.deployments('production').length]).toEqual(['failure', 1]);
  expect(
    world.pipelines
      .log(run?.id ?? 0)
      .map(({ text }) => text)
      .join('\n'),
  ).toContain('There is no service nobody in production: the app asks leaf.');
});

test('a fork that nobody waits for any more is thrown away', async () => {
  const world = World.restore(options, start);
  const stop = new AbortController();
  const probe = observe(world, stop.signal).fork(async (fork) => {
    stop.abort(new Error('There is news.'));
    return fork.pushChange('Say more', { 'README.md': 'Oaks.\n' });
  });
  await expect(probe).rejects.toThrow('There is news.');
  await expect(observe(world, stop.signal).fork(async () => true)).rejects.toThrow('There is news.');
});

test('a statement that fails stops a script, and says which', async () => {
  const world = World.restore(options, start);
  expect(await world.play('cd ~/leaf\n\n# nothing here\ncat <<EOF > x\na\nEOF\nfalse\necho never > y')).toEqual({
    exitCode: 1,
    line: 7,
    statement: 'false',
  });
  expect([world.computer.files.existsSync('/home/you/leaf/x'), world.computer.files.existsSync('/home/you/leaf/y')]).toEqual([true, false]);
});

test('a broken workflow is said in the push, with its place', async () => {
  const world = World.restore(options, start);
  let printed = '';
  await world.play(
    "cd ~/leaf && sed -i 's/needs: test/needs: tests/' .github/workflows/deliver.yml && git commit -am x && git push",
    (_stream, text) => (printed += text),
  );
  expect(printed).toContain('remote: .github/workflows/deliver.yml:10:12 ');
  await world.idle();
  expect(world.pipelines.runs().at(-1)).toMatchObject({ conclusion: 'failure', jobs: [] });
});

test('a protected branch refuses, with the reason and another way', async () => {
  const world = World.restore(options, start);
  world.forge
    .repository('leaf')
    .protect({ pattern: 'stable', refuseDirectPush: true, refuseForcePush: true, refuseDeletion: true, reason: 'Push to main instead.' });
  let printed = '';
  const result = await world.play('cd ~/leaf && git push origin main:stable', (_stream, text) => (printed += text));
  expect(result.exitCode).toBe(1);
  expect(printed).toContain('Push to main instead.');
  expect(printed).toContain('! [remote rejected] main -> stable (protected branch hook declined)');
});
