import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../src/computer/contract.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { World, type WorldOptions, type WorldSnapshot } from '../../src/world/world.ts';

const platform = nodePlatform({ reuse: true });
const options: WorldOptions = {
  platform,
  repository: 'leaf',
  photos: [{ id: 'one', species: 'oak', size: 2, pixels: Uint8Array.of(0, 0, 0, 0) }],
};

/** A service that names the leaf by how bright the photo is; a push delivers it, first to staging. */
const START = `
git config --global user.name You && git config --global user.email you@fieldleaf.test
git clone https://origin.fieldleaf.test/leaf.git && cd leaf
git checkout -b main
mkdir -p .github/workflows service
cat > service/app.py <<'EOF'
def predict(pixels):
    if len(pixels) == 1:
        raise ValueError('too small')
    return {'species': 'birch' if sum(map(sum, pixels)) > 100 else 'oak', 'votes': {'oak': 1}}
EOF
cat > .github/workflows/deliver.yml <<'EOF'
name: deliver
on: push
jobs:
  deliver:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: curl -s -o answer.txt -w '%{http_code}\\n' https://leaf-staging.fieldleaf.test/healthz || echo nobody
      - uses: actions/upload-artifact@v4
        with: { name: package, path: service }
EOF
git add . && git commit -m "Begin" && git push -u origin main
fieldleaf wait
`;

let start: WorldSnapshot;
let world: World;
let session: Session;
let output = '';

/** What was printed, and the exit code when it isn't 0. */
async function types(line: string): Promise<string> {
  output = '';
  const { exitCode } = await session.run(line);
  return `${output.replaceAll('\r\n', '\n')}${exitCode === 0 ? '' : `exit ${exitCode}\n`}`;
}

async function deploy(to: World, environment: string): Promise<void> {
  const bytes = to.computer.files.readSync('/home/you/leaf/service/app.py');
  const result = await to.cloud.deploy({
    environment,
    service: 'leaf',
    digest: `sha256:${environment}`,
    commit: 'c0ffee',
    runId: 1,
    actor: 'you',
    pushedAt: 0,
    testedScore: null,
    waitedForPerson: false,
    files: [
      { path: '/service', type: 'directory', mode: 0o755, mtime: 0 },
      { path: '/service/app.py', type: 'file', bytes, mode: 0o644, mtime: 0 },
    ],
    signal: new AbortController().signal,
  });
  expect(result).toMatchObject({ ok: true });
}

beforeAll(async () => {
  const first = await World.begin(options, Date.UTC(2026, 2, 14, 8));
  expect(await first.play(START)).toEqual({ exitCode: 0 });
  await deploy(first, 'production');
  start = first.snapshot();
});

beforeEach(() => {
  world = World.restore(options, start);
  session = world.computer.session({ interactive: false, cwd: '/home/you', onOutput: (_stream, text) => (output += text) });
});

test('the service says what is live', async () => {
  expect(JSON.parse(await types('curl -s https://leaf.fieldleaf.test/'))).toMatchObject({
    service: 'leaf',
    environment: 'production',
    digest: 'sha256:production',
    run: 1,
  });
  expect(await types('curl -s https://leaf.fieldleaf.test/healthz')).toBe('ok\n');
});

test('the service answers what a photo shows, from the package that is live', async () => {
  const ask = (body: string) => types(`curl -s -w '%{http_code}\\n' --json '${body}' https://leaf.fieldleaf.test/predict`);
  expect(await ask('[[200, 200], [0, 9]]')).toBe('{"species":"birch","votes":{"oak":1}}\n200\n');
  expect(await ask('[[0, 0], [0, 9]]')).toBe('{"species":"oak","votes":{"oak":1}}\n200\n');
  expect(await ask('[[0]]')).toBe('{"error":"ValueError: too small"}\n500\n');
  expect(await ask('[[0, 300], [0, 0]]')).toContain('400\n');
  expect(await ask('[[0, 0]]')).toContain('as many as each has grey values from 0 to 255');
  expect(await ask('{')).toBe('{"error":"the body is not JSON"}\n400\n');
  expect(await types('curl -sf https://leaf.fieldleaf.test/predict')).toBe('exit 22\n');
});

test('each environment has an address of its own, once something was deployed there', async () => {
  expect(await types('curl -s https://leaf-staging.fieldleaf.test/healthz')).toBe('exit 6\n');
  await deploy(world, 'Staging');
  expect(await types('curl -s https://leaf-staging.fieldleaf.test/healthz')).toBe('ok\n');
});

test('before the first deployment the service says that there is none', async () => {
  const empty = await World.begin(options, 0);
  const early = empty.computer.session({ interactive: false, onOutput: (_stream, text) => (output += text) });
  output = '';
  await early.run('curl -s https://leaf.fieldleaf.test/healthz');
  expect(output).toBe('Nothing has been deployed to production yet.\n');
});

test('jobs reach the same hosts', () => {
  expect(
    world.pipelines
      .log(1)
      .filter(({ kind }) => kind === 'output')
      .map(({ text }) => text),
  ).toContain('nobody');
});

test('the origin answers git, and points people to its tab', async () => {
  expect(await types('curl -s "https://origin.fieldleaf.test/leaf.git/info/refs?service=git-upload-pack" | head -c 8')).toBe('001e# se');
  expect(await types('curl -s https://origin.fieldleaf.test/leaf')).toContain('For people there is the Origin tab');
});

test('nobody else is there', async () => {
  expect(await types('curl -s https://example.com/')).toBe('exit 6\n');
  expect(await types('curl -s http://localhost:8000/')).toBe('exit 7\n');
});
