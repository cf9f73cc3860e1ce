import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Computer, Session } from '../../src/computer/contract.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { personOf } from '../../src/world/people.ts';
import { World, type WorldOptions, type WorldSnapshot } from '../../src/world/world.ts';

const MORNING = Date.UTC(2026, 2, 14, 8);
const platform = nodePlatform({ reuse: true });
const options: WorldOptions = { platform, repository: 'leaf', photos: [] };

const START = `
git config --global user.name You && git config --global user.email you@fieldleaf.test
git clone https://origin.fieldleaf.test/leaf.git && cd leaf
git checkout -b main
mkdir -p .github/workflows
cat > .github/workflows/ci.yml <<'EOF'
name: ci
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: test ! -f broken
EOF
git add . && git commit -m "Begin" && git push -u origin main
fieldleaf wait
`;

let start: WorldSnapshot;
let world: World;
let you: Person;
let mei: Person;

/** Somebody at a terminal, or whose output goes through a pipe. */
class Person {
  readonly session: Session;
  #output = '';

  constructor(computer: Computer) {
    this.session = computer.session({
      interactive: true,
      cwd: computer.home,
      columns: 110,
      onOutput: (_stream, text) => (this.#output += text),
    });
  }

  /** What was printed, and the exit code when it isn't 0. */
  async types(line: string): Promise<string> {
    this.#output = '';
    const { exitCode } = await this.session.run(line);
    return `${this.#output.replaceAll('\r\n', '\n')}${exitCode === 0 ? '' : `exit ${exitCode}\n`}`;
  }
}

beforeAll(async () => {
  const first = await World.begin(options, MORNING);
  expect(await first.play(START)).toEqual({ exitCode: 0 });
  start = first.snapshot();
});
afterAll(() => platform.python.dispose());

beforeEach(async () => {
  world = World.restore(options, start);
  you = new Person(world.computer);
  mei = new Person(world.machine(personOf('mei')));
  await you.types('cd leaf');
  await mei.types(
    'git config --global user.name Mei; git config --global user.email mei@fieldleaf.test; git clone -q https://origin.fieldleaf.test/leaf.git; cd leaf',
  );
  return () => {
    you.session.close();
    mei.session.close();
  };
});

const change = (name: string, file = name) =>
  you.types(`git switch -q -c ${name}; echo ${name} > ${file}; git add .; git commit -qm "Add ${file}"; git push -q -u origin ${name}`);

test('a push of a new branch is answered with where to open a pull request', async () => {
  await you.types('git switch -q -c new; git commit -q --allow-empty -m New');
  expect(await you.types('git push origin new')).toMatch(
    /remote: Create a pull request for 'new' with `gh pr create`, or by visiting: *\nremote: {6}https:\/\/origin\.fieldleaf\.test\/leaf\/pull\/new\/new/,
  );
  await you.types('git commit -q --allow-empty -m More');
  expect(await you.types('git push origin new')).not.toContain('pull request');
});

describe('gh pr', () => {
  test('opens, shows, reviews and merges one', async () => {
    await change('normalise');
    expect(await you.types('gh pr create --title Normalise --body "Fixes the spread"')).toBe(
      '\nCreating pull request for normalise into main in fieldleaf/leaf\n\nhttps://origin.fieldleaf.test/leaf/pull/1\n',
    );
    await world.idle();
    expect(await you.types('gh pr list')).toBe(
      '\nShowing 1 of 1 open pull request in fieldleaf/leaf\n\nID  TITLE      BRANCH     CREATED AT\n#1  Normalise  normalise  less than a minute ago\n'.replace(
        'less than a minute ago',
        (await you.types('gh pr list')).match(/(less than.*|about .*) ago/)![0],
      ),
    );
    expect(await you.types('gh pr list | cat')).toMatch(/^1\tNormalise\tnormalise\tOPEN\t2026-03-14T/);
    expect(await you.types('gh pr checks')).toMatch(/All checks were successful\n0 cancelled, 0 failing, 1 successful[\s\S]*✓ {2}test/);
    expect(await you.types('gh pr diff')).toBe(
      'diff --git a/normalise b/normalise\nnew file mode 100644\n--- /dev/null\n+++ b/normalise\n@@ -0,0 +1 @@\n+normalise\n',
    );
    expect(await you.types('gh pr review --approve')).toBe(
      'failed to create review: GraphQL: Can not approve your own pull request (addPullRequestReview)\nexit 1\n',
    );
    expect(await mei.types('gh pr review 1 --approve --body "Good to go"')).toBe('✓ Approved pull request fieldleaf/leaf#1\n');
    expect(await you.types('gh pr view')).toMatch(
      /^Normalise fieldleaf\/leaf#1\nOpen • you wants to merge 1 commit into main from normalise • .*\n\+1 -0 • ✓ Checks passing\nReviewers: mei \(Approved\)\n\n {2}Fixes the spread\n\nmei approved • .*\n\n {2}Good to go\n/,
    );
    expect(await you.types('gh pr merge --squash --delete-branch')).toBe(
      '✓ Squashed and merged pull request fieldleaf/leaf#1 (Normalise)\n✓ Deleted local branch normalise and switched to branch main\n✓ Deleted remote branch normalise\n',
    );
    expect(await you.types('git status -sb; git branch; git log -1 --format=%s')).toBe(
      '## main...origin/main\n* main\nAdd normalise (#1)\n',
    );
    expect(await you.types('gh pr merge 1 -s')).toBe('! Pull request fieldleaf/leaf#1 was already merged\n');
    expect(await you.types('gh pr view 1 --json state,mergedBy')).toContain('Unknown JSON field: "mergedBy"');
    expect(await you.types('gh pr view 1 --json state,number | jq -r .state')).toBe('MERGED\n');
    await world.idle();
    expect(world.pipelines.runs().at(-1)).toMatchObject({ event: 'push', ref: 'refs/heads/main', actor: 'you' });
  });

  test('says what is missing', async () => {
    expect(await you.types('gh pr view')).toBe('no pull requests found for branch "main"\nexit 1\n');
    expect(await you.types('gh pr view 9')).toBe(
      'GraphQL: Could not resolve to a PullRequest with the number of 9. (repository.pullRequest)\nexit 1\n',
    );
    expect(await you.types('gh pr create --fill')).toBe(
      '\nCreating pull request for main into main in fieldleaf/leaf\n\npull request create failed: GraphQL: No commits between main and main (createPullRequest)\nexit 1\n',
    );
    await you.types('git switch -q -c late; git commit -q --allow-empty -m Late');
    expect(await you.types('gh pr create --fill')).toBe(
      'must first push the current branch to a remote: git push -u origin late\nexit 1\n',
    );
    expect(await you.types('gh pr create -t Late')).toMatch(
      /^must provide `--title` and `--body`.*\n\nUsage: {2}gh pr create \[flags\]\n\nFlags:\n/,
    );
    expect(await you.types('gh pr list --nonsense')).toMatch(/^unknown flag: --nonsense\n\nUsage/);
    expect(await you.types('cd /tmp; gh pr list')).toMatch(/^failed to run git: fatal: not a git repository/);
    expect(await you.types('gh pr list -R fieldleaf/leaf')).toBe('no open pull requests in fieldleaf/leaf\n');
    expect(await you.types('gh codespace list')).toMatch(/^gh codespace list is not on this computer/);
    expect(await you.types('gh nonsense')).toMatch(/^unknown command "nonsense" for "gh"/);
  });

  test('does not merge what a protection or a conflict forbids, and says why', async () => {
    world.forge.repository('leaf').protect({
      pattern: 'main',
      refuseDirectPush: false,
      refuseForcePush: true,
      refuseDeletion: true,
      requiredApprovals: 1,
      requiredChecks: ['test'],
      reason: '',
    });
    await change('broken');
    await you.types('gh pr create --fill');
    await world.idle();
    expect(await you.types('gh pr checks')).toMatch(/X {2}test[\s\S]*exit 1\n$/);
    expect(await you.types('gh pr merge -m')).toBe(
      'X Pull request fieldleaf/leaf#1 is not mergeable: the base branch policy prohibits the merge.\n- The required check test ended with failure.\n- An approving review is missing.\nexit 1\n',
    );
  });

  test('checks one out', async () => {
    await change('normalise');
    await you.types('gh pr create --fill');
    expect(await mei.types('gh pr checkout 1 2>&1; git log -1 --format="%s on %D"')).toContain(
      'Add normalise on HEAD -> normalise, origin/normalise',
    );
  });
});

test('gh issue opens, lists, works on and closes one', async () => {
  expect(await mei.types('gh issue create -t "Dark photos" -b "Since Monday" -l bug -a you')).toBe(
    '\nCreating issue in fieldleaf/leaf\n\nhttps://origin.fieldleaf.test/leaf/issues/1\n',
  );
  expect(await you.types('gh issue list --assignee @me')).toContain('#1  Dark photos  bug     less than a minute ago\n');
  expect(await you.types('gh issue view 1')).toMatch(
    /^Dark photos fieldleaf\/leaf#1\nOpen • mei opened .* • 0 comments\nAssignees: you\nLabels: bug\n\n {2}Since Monday\n/,
  );
  expect(await you.types('gh issue comment 1 --body "On it"')).toMatch(/^https:.*\/issues\/1#issuecomment-\d+\n$/);
  expect(await you.types('gh issue develop 1 --checkout; git branch --show-current')).toContain('1-dark-photos\n');
  await you.types('echo fix > fix; git add .; git commit -qm "Brighten" -m "Fixes #1"; git push -q; gh pr create --fill; gh pr merge -m');
  expect(await mei.types('gh issue view 1 --json state,comments | cat')).toMatch(
    /^\{"comments":\[\{"author":\{"login":"you"\},"body":"On it",.*"state":"CLOSED"\}\n$/,
  );
  expect(await mei.types('gh issue reopen 1; gh issue close 1 -r "not planned" -c Later')).toBe(
    '✓ Reopened issue fieldleaf/leaf#1 (Dark photos)\n✓ Closed issue fieldleaf/leaf#1 (Dark photos)\n',
  );
  expect(await mei.types('gh issue view 7')).toContain('Could not resolve to an issue or pull request with the number of 7');
});

test('gh run lists, shows and waits for runs', async () => {
  await change('broken');
  const list = await you.types('gh run list | cat');
  expect(list).toContain('\tAdd broken\tci\tbroken\tpush\t2\t');
  expect(await you.types('gh run watch 2 --exit-status')).toMatch(
    /X broken ci · 2\n[\s\S]*X test in [\s\S]*X Run test ! -f broken[\s\S]*exit 1\n$/,
  );
  expect(await you.types('gh run view 2 --log-failed')).toMatch(/^test\tRun test ! -f broken\t2026-/);
  expect(await you.types('gh run view 1 --log | grep -c .')).toMatch(/^\d+\n$/);
  expect(await you.types('gh run cancel 2')).toBe('Cannot cancel a workflow run that is completed\nexit 1\n');
  expect(await you.types('gh run rerun 2')).toContain('does not run a run again yet');
  expect(await you.types('gh workflow list | cat')).toBe('ci\tactive\t1\n');
});

test('gh release makes, shows and empties one', async () => {
  await you.types('echo weights > model.json');
  expect(await you.types('gh release create v1.0.0 model.json --notes First')).toBe(
    'https://origin.fieldleaf.test/leaf/releases/tag/v1.0.0\n',
  );
  expect(await you.types('git fetch -q --tags; git tag')).toBe('v1.0.0\n');
  expect(await you.types('gh release list')).toMatch(/^TITLE {3}TYPE {4}TAG NAME {2}PUBLISHED\nv1.0.0 {2}Latest {2}v1.0.0 {4}less than/);
  expect(await you.types('gh release download v1.0.0 -D there; cat there/model.json')).toBe('weights\n');
  expect(await you.types('gh release upload v1.0.0 model.json')).toContain('asset under the same name already exists');
  expect(await you.types('gh release delete v1.0.0 -y --cleanup-tag; git ls-remote --tags origin')).toBe('✓ Deleted release v1.0.0\n');
  expect(await you.types('gh release view')).toBe('release not found\nexit 1\n');
});

test('gh secret and gh variable set what jobs get', async () => {
  expect(await you.types('printf s3cret | gh secret set api_key; gh variable set REGION --body north; gh variable get region')).toBe(
    '✓ Set Actions secret API_KEY for fieldleaf/leaf\n✓ Created variable REGION for fieldleaf/leaf\nnorth\n',
  );
  expect(await you.types('gh secret list | cut -f1; gh variable list | cut -f1,2')).toBe('API_KEY\nREGION\tnorth\n');
  expect(await you.types('gh secret set a-b -b x')).toContain('A secret name can only contain alphanumeric characters');
  await you.types(`cat > .github/workflows/ci.yml <<'EOF'
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$REGION and $KEY" "\${#KEY}"
        env: { REGION: '\${{ vars.REGION }}', KEY: '\${{ secrets.API_KEY }}' }
EOF
git commit -qam Settings; git push -q`);
  await world.idle();
  const run = world.pipelines.runs().at(-1)!;
  expect(world.pipelines.log(run.id).map(({ text }) => text)).toContain('north and *** 6');
});

test('the event log knows what people did', async () => {
  await mei.types('gh issue create -t Dark -b ""');
  expect(world.events.at(-1)).toMatchObject({ type: 'work-item', action: 'opened', number: 1, by: 'mei' });
});
