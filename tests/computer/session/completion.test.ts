import { beforeAll, describe, expect, it } from 'vitest';
import { computerWith, Terminal } from '../support/terminal.ts';

const terminal = new Terminal(computerWith(), { interactive: true });

beforeAll(async () => {
  await terminal.type(`
    mkdir -p leaf/data leaf/docs leaf/.github 'leaf/my notes'
    cd leaf
    touch train.py test.py README.md .gitignore data/leaves.csv 'data/two words.txt'
    git init -q -b main
    git add . && git commit -qm start && git branch feature/scaler && git branch fix && git tag v1
    git remote add origin https://origin.fieldleaf.test/leaf.git
    deploy() { :; }
    alias dep='deploy now'
    LEAF_RATE=1
  `);
});

/** `|` is the cursor; the candidates, and from where they replace. */
const TABLE: readonly (readonly [line: string, from: number, candidates: readonly string[]])[] = [
  ['|', 0, expect.arrayContaining(['cd', 'git', 'python3', 'deploy', 'dep', 'ls']) as unknown as string[]],
  ['dep|', 0, ['dep', 'deploy']],
  ['pytho|', 0, ['python', 'python3']],
  ['echo a && unam|', 10, ['uname']],
  ['echo $(unam|', 7, ['uname']],
  ['if tru|', 3, ['true', 'truncate']],
  ['RATE=1 unam|', 7, ['uname']],
  ['nothing-like-it|', 0, []],
  ['cat |', 4, ['README.md', 'data/', 'docs/', 'my\\ notes/', 'test.py', 'train.py']],
  ['cat t|', 4, ['test.py', 'train.py']],
  ['cat t| data', 4, ['test.py', 'train.py']],
  ['cat .g|', 4, ['.git/', '.github/', '.gitignore']],
  ['cat data/|', 4, ['data/leaves.csv', 'data/two\\ words.txt']],
  ['cat data/two\\ |', 4, ['data/two\\ words.txt']],
  ['cat "data/two |', 4, ['"data/two words.txt']],
  ["cat 'my|", 4, ["'my notes/"]],
  ['cat ~/le|', 4, ['~/leaf/']],
  ['cat ~|', 4, ['~/']],
  ['cat /home/you/leaf/R|', 4, ['/home/you/leaf/README.md']],
  ['cat nowhere/x|', 4, []],
  ['./t|', 0, ['./test.py', './train.py']],
  ['cd |', 3, ['data/', 'docs/', 'my\\ notes/']],
  ['cd ../|', 3, ['../leaf/']],
  ['python3 tr|', 8, ['train.py']],
  ['sort < da|', 7, ['data/']],
  ['echo x >R|', 8, ['README.md']],
  ['echo $LEAF|', 5, ['$LEAF_RATE']],
  ['echo "${HOSTN|', 6, ['${HOSTNAME}']],
  ["echo '$HOS|", 5, []],
  ['git ch|', 4, ['checkout', 'cherry-pick']],
  ['git checkout f|', 13, ['feature/scaler', 'fix']],
  ['git checkout -b f|', 16, ['feature/scaler', 'fix']],
  ['git switch |', 11, ['HEAD', 'feature/scaler', 'fix', 'main', 'v1']],
  ['git merge feature/|', 10, ['feature/scaler']],
  ['git push or|', 9, ['origin']],
  ['git push origin ma|', 16, ['main']],
  ['git add t|', 8, ['test.py', 'train.py']],
  ['git diff t|', 9, ['test.py', 'train.py']],
  ['git log -- REA|', 11, ['README.md']],
  ['which unam|', 6, ['uname']],
];

describe('Tab', () => {
  it.each(TABLE)('%s', async (line, from, candidates) => {
    const cursor = line.indexOf('|');
    expect(await terminal.session.complete(line.replace('|', ''), cursor)).toEqual({ from, candidates });
  });

  it('never offers what only the session calls', async () => {
    expect((await terminal.session.complete('__', 2)).candidates).toEqual([]);
  });
});
