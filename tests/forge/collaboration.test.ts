import { beforeEach, describe, expect, test } from 'vitest';
import type { CheckResult, ForgeEvent, OriginRepository, Protection } from '../../src/forge/contract.ts';
import { createForge, NotFoundError, RefusedError } from '../../src/forge/forge.ts';
import { mentionsIn, itemOfBranch } from '../../src/forge/mentions.ts';
import { computerWith, Terminal } from '../computer/support/terminal.ts';

const NOW = Date.UTC(2026, 10, 2, 9);
const clock = { now: () => NOW, sleep: async () => {}, busy: <T>(work: Promise<T>) => work };
const OPEN: Protection = { pattern: 'main', refuseDirectPush: false, refuseForcePush: false, refuseDeletion: false, reason: '' };

let forge: ReturnType<typeof createForge>;
let origin: OriginRepository;
let events: ForgeEvent[];
let checks: readonly CheckResult[];

/** Types as a person of the company, on a machine of their own with a clone; gives what was printed and how it ended. */
async function as(login: string, script: string): Promise<{ readonly output: string; readonly exitCode: number }> {
  const user = { name: login, login, email: `${login}@fieldleaf.test` };
  const terminal = new Terminal(computerWith({ user, network: forge.network(login) }));
  await terminal.type(`git config --global user.name ${login}; git config --global user.email ${user.email}`);
  await terminal.type(`git clone -q ${forge.url}/leaf.git; cd leaf`);
  const { stdout, stderr, exitCode } = await terminal.type(script);
  terminal.session.close();
  return { output: stdout + stderr, exitCode };
}

const check = (name: string, conclusion: CheckResult['conclusion']): CheckResult => ({
  name,
  status: conclusion === null ? 'in_progress' : 'completed',
  conclusion,
  runId: 1,
  startedAt: NOW,
  completedAt: conclusion === null ? null : NOW,
});

beforeEach(async () => {
  forge = createForge({ clock });
  origin = await forge.create('leaf');
  events = [];
  checks = [];
  forge.checks = () => checks;
  forge.onEvent((event) => events.push(event));
  await as(
    'ada',
    "git switch -q -c main; printf '1\\n2\\n3\\n4\\n5\\n' > rows; git add .; git commit -qm Begin; git push -q -u origin main",
  );
});

/** A branch with commits, each `file=text`. */
const branch = (name: string, ...commits: readonly string[]) =>
  as(
    'you',
    `git switch -q -c ${name}; ${commits
      .map((commit) => `echo '${commit.split('=')[1]}' > ${commit.split('=')[0]}; git add .; git commit -qm 'Write ${commit}'`)
      .join('; ')}; git push -q origin ${name}`,
  );
const open = (head: string, body = '') => origin.pullRequests.open('you', { title: `From ${head}`, base: 'main', head, body });
const main = async () => await origin.commit('main');

test.each([
  ['Fixes #12', [12], [12]],
  ['closes: #3, resolved #4 and see #5', [3, 4, 5], [3, 4]],
  ['prefix#7 `#8` a/b#9 &#10;', [], []],
  ['```\nfixes #1\n```\n(#2)', [2], []],
])('%j names %j and closes %j', (text, named, closed) => {
  expect(mentionsIn(text)).toEqual({ named, closed });
});

test.each([
  ['12-normalise', 12],
  ['fix/12-normalise', 12],
  ['normalise-12', null],
  ['v2', null],
])('the branch %s belongs to %j', (name, number) => {
  expect(itemOfBranch(name)).toBe(number);
});

describe('work items', () => {
  test('are opened, edited, talked about, closed and opened again', () => {
    const item = origin.workItems.open('mei', { title: '  Dark   photos ', labels: ['bug', 'bug'] });
    expect(item).toMatchObject({ number: 1, title: 'Dark photos', labels: ['bug'], state: 'open' });
    origin.workItems.edit('you', 1, { assignees: ['you'] });
    origin.workItems.comment('you', 1, 'Since when?');
    origin.workItems.close('you', 1, 'not_planned');
    expect(origin.workItems.get(1)).toMatchObject({ state: 'closed', reason: 'not_planned', closedAt: NOW, assignees: ['you'] });
    origin.workItems.reopen('mei', 1);
    expect(origin.workItems.get(1)).toMatchObject({ state: 'open', reason: null, closedAt: null });
    expect(events.map((event) => event.type === 'work-item' && event.action)).toEqual([
      'opened',
      'edited',
      'commented',
      'closed',
      'reopened',
    ]);
    expect(() => origin.workItems.open('mei', { title: ' ' })).toThrow(new RefusedError('A title is needed.'));
    expect(() => origin.workItems.get(2)).toThrow(new NotFoundError('There is no work item #2.'));
  });

  test('know the branch, the commits and the pull request that are for them, and close with a push to main', async () => {
    origin.workItems.open('mei', { title: 'Normalise' });
    origin.workItems.open('mei', { title: 'Label' });
    await as('you', 'git switch -q -c 1-normalise; echo a > a; git add .; git commit -qm "Begin #1"; git push -q origin 1-normalise');
    await open('1-normalise');
    expect(origin.workItems.get(1).timeline.map(({ type }) => type)).toEqual(['branch', 'commit', 'pull']);
    await as('you', 'echo b > b; git add .; git commit -qm "Label" -m "Fixes #2"; git push -q');
    expect(origin.workItems.get(2)).toMatchObject({ state: 'closed', reason: 'completed' });
    expect(origin.workItems.get(1).state).toBe('open');
  });
});

describe('a pull request', () => {
  test('shows what its branch changes since it left main, binary files without their bytes', async () => {
    await branch('change', 'rows=one', 'new=two');
    await as('you', "git switch -q change; printf 'a\\0b' > image; git add .; git commit -qm Image; git push -q origin change");
    await as('ada', 'echo else > other; git add .; git commit -qm Other; git push -q');
    const { number } = await open('change');
    const files = await origin.pullRequests.difference(number);
    expect(files.map(({ path, status, added, removed, binary }) => [path, status, added, removed, binary])).toEqual([
      ['image', 'added', 0, 0, true],
      ['new', 'added', 1, 0, false],
      ['rows', 'modified', 1, 5, false],
    ]);
    expect((await origin.pullRequests.commits(number)).map(({ message }) => message.trim())).toEqual([
      'Write rows=one',
      'Write new=two',
      'Image',
    ]);
    expect(await origin.pullRequests.mergeState(number)).toMatchObject({
      mergeable: true,
      behind: 1,
      methods: ['merge', 'squash', 'rebase'],
    });
  });

  test('is refused without commits, a second time, and from a branch that is not there', async () => {
    await as('you', 'git push -q origin main:same');
    await expect(open('same')).rejects.toThrow('No commits between main and same');
    await expect(open('none')).rejects.toThrow('The origin has no branch none. Push it first.');
    await branch('change', 'a=1');
    await open('change');
    await expect(open('change')).rejects.toThrow('a pull request for branch "change" into branch "main" already exists: #1');
  });

  test('merges with a merge commit that both sides are parents of, and closes what it fixes', async () => {
    origin.workItems.open('mei', { title: 'Normalise' });
    await branch('change', 'a=1', 'b=2');
    const before = await main();
    const { number, headCommit } = await open('change', 'Fixes #1');
    const merged = await origin.pullRequests.merge('you', number, { method: 'merge', deleteBranch: true });
    const tip = await main();
    expect(merged).toMatchObject({ state: 'merged', mergedBy: 'you', mergeCommit: tip.id });
    expect(tip).toMatchObject({
      parents: [before.id, headCommit],
      message: 'Merge pull request #2 from fieldleaf/change\n\nFrom change\n',
      author: { name: 'you' },
      committer: { name: 'Fieldleaf Origin' },
    });
    expect([...(await origin.refs()).keys()]).toEqual(['refs/heads/main']);
    expect(origin.workItems.get(1)).toMatchObject({ state: 'closed', timeline: [{ type: 'pull' }, { type: 'closed', pull: 2 }] });
    // What it changed can still be looked at.
    expect((await origin.pullRequests.difference(number)).map(({ path }) => path)).toEqual(['a', 'b']);
    expect((await as('ada', 'git fsck --strict && git log --oneline | wc -l')).output.trim()).toBe('4');
  });

  test('is squashed into one commit, or its commits are set upon main one by one', async () => {
    await branch('one', 'a=1');
    await branch('two', 'b=1', 'c=1');
    await branch('three', 'd=1', 'e=1');
    await origin.pullRequests.merge('mei', (await open('one')).number, { method: 'squash' });
    expect(await main()).toMatchObject({ message: 'Write a=1 (#1)\n', author: { name: 'you' } });
    await origin.pullRequests.merge('mei', (await open('two')).number, { method: 'squash' });
    expect((await main()).message).toBe('From two (#2)\n\n* Write b=1\n\n* Write c=1\n');
    const before = await main();
    await origin.pullRequests.merge('mei', (await open('three')).number, { method: 'rebase' });
    const log = await origin.log('main', 3);
    expect(log.map(({ message, parents, author, committer }) => [message.trim(), parents.length, author.name, committer.name])).toEqual([
      ['Write e=1', 1, 'you', 'mei'],
      ['Write d=1', 1, 'you', 'mei'],
      [before.message.trim(), 1, 'you', 'Fieldleaf Origin'],
    ]);
  });

  test('does not merge while it conflicts, and says in which files', async () => {
    await branch('change', 'rows=mine');
    const { number } = await open('change');
    await as('ada', 'echo theirs > rows; git commit -qam Theirs; git push -q');
    expect(await origin.pullRequests.mergeState(number)).toMatchObject({
      mergeable: false,
      conflicts: ['rows'],
      blockedBy: ['It conflicts with main in rows.'],
    });
    for (const method of ['merge', 'squash', 'rebase'] as const) {
      await expect(origin.pullRequests.merge('you', number, { method })).rejects.toThrow(RefusedError);
    }
  });

  test('follows its branch: new commits, a merge by hand, a branch that is deleted', async () => {
    await branch('change', 'a=1');
    await branch('gone', 'b=1');
    const [kept, gone] = [await open('change'), await open('gone')];
    await as('you', 'git switch -q change; echo 2 > a; git commit -qam More; git push -q origin change');
    expect(origin.pullRequests.get(kept.number).headCommit).not.toBe(kept.headCommit);
    await as('ada', 'git merge -q --no-ff -m "By hand" origin/change; git push -q; git push -q origin :gone');
    expect(origin.pullRequests.get(kept.number)).toMatchObject({ state: 'merged', mergedBy: 'ada', mergeCommit: (await main()).id });
    expect(origin.pullRequests.get(gone.number).state).toBe('closed');
    expect((await origin.pullRequests.difference(kept.number)).map(({ path }) => path)).toEqual(['a']);
    await expect(origin.pullRequests.reopen('you', kept.number)).rejects.toThrow('is merged');
  });

  test('is reviewed: approvals and requests for changes of others count, the last of each', async () => {
    origin.protect({ ...OPEN, requiredApprovals: 1, dismissStaleApprovals: true });
    await branch('change', 'a=1');
    const { number } = await open('change');
    const blocked = async () => (await origin.pullRequests.mergeState(number)).blockedBy;
    expect(() => origin.pullRequests.review('you', number, { verdict: 'approved' })).toThrow('Can not approve your own pull request');
    expect(await blocked()).toEqual(['An approving review is missing.']);
    origin.pullRequests.review('tomas', number, {
      verdict: 'changes_requested',
      threads: [{ path: 'a', line: 1, body: 'Why 1?' }],
    });
    expect(await blocked()).toEqual(['An approving review is missing.', 'tomas asks for a change.']);
    const [thread] = origin.pullRequests.get(number).threads;
    origin.pullRequests.reply('you', number, thread!.id, 'It begins there.');
    expect(origin.pullRequests.resolve('you', number, thread!.id, true).threads).toMatchObject([
      { resolved: true, comments: [{ author: 'tomas' }, { author: 'you', body: 'It begins there.' }] },
    ]);
    origin.pullRequests.review('tomas', number, { verdict: 'approved' });
    expect(await blocked()).toEqual([]);
    await as('you', 'git switch -q change; echo 2 > a; git commit -qam More; git push -q origin change');
    expect(await blocked()).toEqual(['An approving review is missing.']);
  });

  test('waits for the required checks of its last commit', async () => {
    origin.protect({ ...OPEN, requiredChecks: ['test', 'gate'], linearHistory: true });
    await branch('change', 'a=1');
    const { number } = await open('change');
    checks = [check('test', null), check('lint', 'failure')];
    expect(await origin.pullRequests.mergeState(number)).toMatchObject({
      methods: ['squash', 'rebase'],
      expected: ['gate'],
      blockedBy: ['The required check test has not ended.', 'The required check gate has not been reported.'],
    });
    checks = [check('test', 'success'), check('gate', 'failure')];
    await expect(origin.pullRequests.merge('you', number, { method: 'squash' })).rejects.toThrow(
      'The required check gate ended with failure.',
    );
    checks = [check('test', 'success'), check('gate', 'skipped')];
    await expect(origin.pullRequests.merge('you', number, { method: 'merge' })).rejects.toThrow('takes no merge commits');
    expect((await origin.pullRequests.merge('you', number, { method: 'squash' })).state).toBe('merged');
  });
});

describe('a push to a protected branch', () => {
  const push = (message = 'Change') => as('you', `echo x > x; git add .; git commit -qm ${message}; git push origin main`);

  test.each<readonly [string, Partial<Protection>, string]>([
    ['that wants a pull request', { requirePullRequest: true }, 'Changes must be made through a pull request.'],
    ['that wants a review', { requiredApprovals: 1 }, 'Changes must be made through a pull request.'],
    ['that wants a check', { requiredChecks: ['test'] }, 'Required status check "test" is expected.'],
    ['that wants two checks', { requiredChecks: ['test', 'gate'] }, '2 of 2 required status checks are expected.'],
  ])('%s is refused', async (_what, rule, sentence) => {
    origin.protect({ ...OPEN, ...rule, reason: 'Open a pull request.' });
    const { output, exitCode } = await push();
    expect(exitCode).toBe(1);
    expect(output).toContain(`remote: error: ${sentence}`);
    expect(output).toContain('remote: error: Open a pull request.');
    expect(output).toContain('! [remote rejected] main -> main (protected branch hook declined)');
  });

  test('that takes no merge commits is refused with one, and accepted without', async () => {
    origin.protect({ ...OPEN, linearHistory: true });
    const { output } = await as(
      'you',
      'git switch -q -c side; echo s > s; git add .; git commit -qm S; git switch -q main; git merge -q --no-ff -m M side; git push origin main',
    );
    expect(output).toContain('This branch must not contain merge commits.');
    expect((await push()).exitCode).toBe(0);
  });

  test('refs of pull requests are the host’s own', async () => {
    await branch('change', 'a=1');
    await open('change');
    const { output } = await as('you', 'git ls-remote origin "refs/pull/*"; git push origin +HEAD:refs/pull/1/head');
    expect(output).toContain('refs/pull/1/head');
    expect(output).toContain('deny updating a hidden ref');
  });
});

describe('releases', () => {
  test('make their tag, keep assets, and are found by it', async () => {
    const release = await origin.releases.create('you', { tag: 'v1.0.0', notes: 'First' });
    expect(release).toMatchObject({ tag: 'v1.0.0', title: 'v1.0.0', draft: false });
    expect((await origin.refs()).get('refs/tags/v1.0.0')).toBe((await main()).id);
    origin.releases.upload('you', 'v1.0.0', { name: 'model.json', bytes: new Uint8Array(3) });
    expect(() => origin.releases.upload('you', 'v1.0.0', { name: 'model.json', bytes: new Uint8Array(4) })).toThrow('already exists');
    origin.releases.upload('you', 'v1.0.0', { name: 'model.json', bytes: new Uint8Array(4) }, true);
    expect(origin.releases.get('v1.0.0').assets.map(({ bytes }) => bytes.length)).toEqual([4]);
    await expect(origin.releases.create('you', { tag: 'v1.0.0' })).rejects.toThrow('same tag name already exists');
    await expect(origin.releases.create('you', { tag: 'a b' })).rejects.toThrow("'a b' is not a valid tag name");
    await expect(origin.releases.create('you', { tag: 'v2', target: 'none' })).rejects.toThrow(NotFoundError);
    origin.releases.remove('you', 'v1.0.0');
    expect(origin.releases.list()).toEqual([]);
  });

  test('are made from what the tag points at when it is there', async () => {
    await as('you', 'git tag -a v1 -m v1; git push -q origin v1');
    const tag = (await origin.refs()).get('refs/tags/v1');
    await origin.releases.create('you', { tag: 'v1' });
    expect((await origin.refs()).get('refs/tags/v1')).toBe(tag);
  });
});

test('settings keep the host’s rule of names, and an environment’s come first', () => {
  const { settings } = origin;
  settings.set('secret', 'token', 'a', null);
  settings.set('secret', 'TOKEN', 'b', 'production');
  settings.set('variable', 'region', 'north', null);
  expect(settings.list('secret').map(({ name, value, environment }) => [name, value, environment])).toEqual([
    ['TOKEN', 'a', null],
    ['TOKEN', 'b', 'production'],
  ]);
  settings.remove('secret', 'token', 'Production');
  expect(settings.list('secret')).toHaveLength(1);
  expect(() => settings.set('secret', 'a-b', '', null)).toThrow(RefusedError);
  expect(() => settings.set('variable', 'GITHUB_X', '', null)).toThrow('must not start with GITHUB_');
  expect(() => settings.remove('variable', 'none', null)).toThrow(NotFoundError);
});

test('a snapshot keeps all of it, and one from before there was any restores', async () => {
  origin.workItems.open('mei', { title: 'Normalise' });
  await branch('change', 'a=1');
  const { number } = await open('change', 'Fixes #1');
  origin.pullRequests.review('mei', number, { verdict: 'approved' });
  await origin.releases.create('you', { tag: 'v1' });
  const snapshot = structuredClone(forge.snapshot());
  const other = createForge({ clock });
  other.restore(snapshot);
  expect(other.repository('leaf').pullRequests.get(number)).toEqual(origin.pullRequests.get(number));
  expect(other.snapshot()).toEqual(forge.snapshot());
  await other.repository('leaf').pullRequests.merge('you', number, { method: 'merge' });
  expect(origin.pullRequests.get(number).state).toBe('open');
  const old = { ...snapshot, repositories: snapshot.repositories.map(({ collaboration: _none, ...rest }) => rest) };
  other.restore(old);
  expect(other.repository('leaf').workItems.open('mei', { title: 'First' }).number).toBe(1);
});
