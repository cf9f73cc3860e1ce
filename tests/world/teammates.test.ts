import { beforeAll, describe, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import type { TeammateAction } from '../../src/world/contract.ts';
import { pack, unpack } from '../../src/world/pack.ts';
import { World, type WorldOptions, type WorldSnapshot } from '../../src/world/world.ts';

const MORNING = Date.UTC(2026, 2, 14, 8);
const HOUR = 3_600_000;
const platform = nodePlatform({ reuse: true });
const options: WorldOptions = { platform, repository: 'leaf', photos: [] };

const START = `
git config --global user.name You && git config --global user.email you@fieldleaf.test
git clone https://origin.fieldleaf.test/leaf.git && cd leaf
git checkout -b main
printf 'seven features\\n' > features.txt
git add . && git commit -m "Begin" && git push -u origin main
`;

/** The learner opens a pull request from a branch of one commit. */
const PULL = `
cd leaf && git checkout -b brighter
echo bright >> features.txt && git commit -am "See in the shade"
git push -u origin brighter
gh pr create --title "See in the shade" --body "Fixes nothing yet."
fieldleaf wait
`;

const approves: TeammateAction = {
  id: 'mei-approves',
  who: 'mei',
  when: { on: { event: 'pull-request', facts: { action: 'opened', by: 'you' } }, after: HOUR / 2, times: 1 },
  script: 'gh pr review "$EVENT_NUMBER" --approve --body "It works on my phone, $EVENT_BY."',
};

let start: WorldSnapshot;

beforeAll(async () => {
  const world = await World.begin(options, MORNING);
  expect(await world.play(START)).toEqual({ exitCode: 0 });
  await world.markBeginning();
  start = world.snapshot();
});

const begin = (...teammates: readonly TeammateAction[]) => World.restore({ ...options, teammates }, start);
const acted = (world: World) => world.events.flatMap((event) => (event.type === 'teammate' ? [event] : []));
const pulls = (world: World) => world.forge.repository('leaf').pullRequests;

describe('a teammate', () => {
  test('answers to what the learner did, so much later, under their own name', async () => {
    const world = begin(approves);
    expect(await world.play(PULL)).toEqual({ exitCode: 0 });
    const [opened, reviewed] = world.events.filter((event) => event.type === 'pull-request');
    expect(pulls(world).get(1).reviews).toMatchObject([
      { author: 'mei', verdict: 'approved', body: 'It works on my phone, you.', at: (opened?.at ?? 0) + HOUR / 2 },
    ]);
    expect(reviewed).toMatchObject({ action: 'reviewed', by: 'mei' });
    expect(acted(world)).toMatchObject([{ action: 'mei-approves', by: 'mei', exitCode: 0 }]);
  });

  test('pushes through the same git, and the learner gets it', async () => {
    const world = begin({
      id: 'mei-renames',
      who: 'mei',
      when: { at: 2 * HOUR },
      script: `git mv features.txt inputs.txt
git commit --quiet --message "Call them inputs"
git push --quiet`,
    });
    expect(await world.play('sleep 2h\nfieldleaf wait\ncd leaf && git pull')).toEqual({ exitCode: 0 });
    const log = await world.forge.repository('leaf').log('main');
    expect(log.map(({ message, author }) => [message.trim(), author.name, author.email])).toEqual([
      ['Call them inputs', 'Mei', 'mei@fieldleaf.test'],
      ['Begin', 'You', 'you@fieldleaf.test'],
    ]);
    expect(log[0]?.author.at).toBe((start.began?.at ?? 0) + 2 * HOUR);
    expect(world.computer.files.existsSync('/home/you/leaf/inputs.txt')).toBe(true);
  });

  test('with an appointment does not make the day pass', async () => {
    const world = begin({ id: 'ines-asks', who: 'ines', when: { at: 24 * HOUR }, script: 'gh issue create --title Hurry --body please' });
    expect(await world.play('fieldleaf wait')).toEqual({ exitCode: 0 });
    await world.idle();
    expect(world.clock.now()).toBeLessThan(MORNING + 2 * HOUR);
    expect(acted(world)).toEqual([]);
  });

  test('acts as often as the exercise says, and only when the facts are those it names', async () => {
    const world = begin({
      id: 'tomas-answers',
      who: 'tomas',
      when: { on: { event: 'work-item', facts: { action: 'opened', by: 'you' } }, after: 0, times: 2 },
      script: 'gh issue comment "$EVENT_NUMBER" --body "Noted."',
    });
    const issue = 'cd ~/leaf && gh issue create --title Slow --body ""\nfieldleaf wait\n';
    expect(await world.play(issue.repeat(3))).toEqual({ exitCode: 0 });
    expect(
      world.forge
        .repository('leaf')
        .workItems.list()
        .map(({ comments }) => comments.map(({ author }) => author)),
    ).toEqual([['tomas'], ['tomas'], []]);
  });

  test('can wait for the runs of a push', async () => {
    const world = begin({
      id: 'mei-ships',
      who: 'mei',
      when: { at: 0 },
      script: `mkdir -p .github/workflows
printf 'on: push\\njobs:\\n  test:\\n    runs-on: ubuntu-latest\\n    steps:\\n      - run: sleep 60\\n' > .github/workflows/ci.yml
git add . && git commit --quiet --message "Test every push" && git push --quiet
gh run watch --exit-status "$(gh run list --json databaseId | jq '.[0].databaseId')"`,
    });
    expect(await world.play('fieldleaf wait')).toEqual({ exitCode: 0 });
    expect(acted(world)).toMatchObject([{ exitCode: 0 }]);
    expect(world.pipelines.runs()).toMatchObject([{ conclusion: 'success' }]);
  });

  test('one after the other, each person does one thing at a time', async () => {
    const says = (id: string, who: string, seconds: number): TeammateAction => ({
      id,
      who,
      when: { at: 0 },
      script: `sleep ${seconds}\ngh issue create --title ${id} --body ""`,
    });
    const world = begin(says('mei-long', 'mei', 50), says('mei-short', 'mei', 1), says('tomas-short', 'tomas', 10));
    await world.play('fieldleaf wait');
    expect(acted(world).map(({ action }) => action)).toEqual(['tomas-short', 'mei-long', 'mei-short']);
  });

  test('who fails stops there, and the event says why', async () => {
    const world = begin({
      id: 'mei-trips',
      who: 'mei',
      when: { at: 0 },
      script: 'git checkout no-such\ngh issue create --title No --body ""',
    });
    await world.play('fieldleaf wait');
    expect(acted(world)).toMatchObject([{ action: 'mei-trips', exitCode: 1, output: expect.stringContaining("pathspec 'no-such'") }]);
    expect(world.forge.repository('leaf').workItems.list()).toEqual([]);
  });

  test('takes no part in what a check tries', async () => {
    const fork = begin(approves).fork();
    expect(await fork.play(PULL)).toEqual({ exitCode: 0 });
    expect(pulls(fork).get(1).reviews).toEqual([]);
  });
});

describe('a reload', () => {
  const reload = (world: World, ...teammates: readonly TeammateAction[]) =>
    World.restore({ ...options, teammates }, unpack(pack(world.snapshot())) as WorldSnapshot);

  test('forgets neither what has been done nor what is about to be', async () => {
    const world = begin(approves);
    let again: World | null = null;
    world.on((event) => {
      if (event.type === 'pull-request') again ??= reload(world, approves);
    });
    await world.play(PULL);
    for (const other of [again as unknown as World, reload(world, approves)]) {
      await other.idle();
      expect(pulls(other).get(1).reviews).toHaveLength(1);
    }
  });

  test.each(['Add a scale', 'opened'])('in the middle of a script goes on from the statement that was at work (%s)', async (moment) => {
    const proposes: TeammateAction = {
      id: 'mei-proposes',
      who: 'mei',
      when: { at: 0 },
      script: `git switch --quiet --create scale
echo scale >> features.txt
git commit --quiet --all --message "Add a scale"
git push --quiet --set-upstream origin scale
gh pr create --title "A scale" --body "For you."`,
    };
    const world = begin(proposes);
    let again: World | null = null;
    world.on((event) => {
      if (event.type === (moment === 'opened' ? 'pull-request' : 'push')) again ??= reload(world, proposes);
    });
    await world.play('fieldleaf wait');
    const other = again as unknown as World;
    await other.idle();
    expect(acted(other)).toMatchObject([{ action: 'mei-proposes', exitCode: 0 }]);
    expect(pulls(other).list()).toMatchObject([{ title: 'A scale', author: 'mei' }]);
    expect(await other.forge.repository('leaf').log('scale')).toEqual(await world.forge.repository('leaf').log('scale'));
  });
});
