import { describe, expect, it } from 'vitest';
import { StepClock } from '../support/clock.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

const SETUP = `
  mkdir -p leaf/data docs; cd leaf
  printf 'abc' > b.txt; printf 'x%.0s' {1..2000} > a.csv; echo > .hidden; printf '#!/bin/sh\\n' > run.sh; chmod +x run.sh; ln -s b.txt link
`;

const TABLE: Readonly<Record<string, readonly (readonly [line: string, stdout: string, rest?: { stderr?: string; exitCode?: number }])[]>> =
  {
    'the machine and its person': [
      ['uname', 'Linux\n'],
      ['uname -sm', 'Linux x86_64\n'],
      ['uname -a', 'Linux fieldleaf 6.12.0 #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\n'],
      ['uname -q', '', { stderr: "uname: invalid option -- 'q'\n", exitCode: 1 }],
      ['whoami; hostname; id -un; id -u', 'you\nfieldleaf\nyou\n1000\n'],
      ['id', 'uid=1000(you) gid=1000(you) groups=1000(you)\n'],
      [
        'sudo apt install x',
        '',
        { stderr: 'sudo: nothing on this computer needs another user: run the command without sudo\n', exitCode: 1 },
      ],
      ['clear', '\x1b[H\x1b[2J\x1b[3J'],
    ],
    'how long sleep may take': [
      ['sleep 1e1 +.5m 0x10s; date +%T', '09:00:56\n'],
      ...['-5', '-x'].map(
        (word) =>
          [
            `sleep ${word}`,
            '',
            { stderr: `sleep: invalid option -- '${word[1]}'\nTry 'sleep --help' for more information.\n`, exitCode: 1 },
          ] as const,
      ),
      ['sleep --for 5', '', { stderr: "sleep: unrecognized option '--for'\nTry 'sleep --help' for more information.\n", exitCode: 1 }],
      ['sleep', '', { stderr: "sleep: missing operand\nTry 'sleep --help' for more information.\n", exitCode: 1 }],
      [
        'sleep 5 5x nan -- -1',
        '',
        {
          stderr:
            "sleep: invalid time interval '5x'\nsleep: invalid time interval 'nan'\nsleep: invalid time interval '-1'\nTry 'sleep --help' for more information.\n",
          exitCode: 1,
        },
      ],
      ...['99999999999d', '1e400', '365d 1', '364d 25h'].map(
        (words) =>
          [
            `sleep ${words}`,
            '',
            {
              stderr: `sleep: ${words} is more than a year, the longest that this computer sleeps at once. Write 365d or less.\n`,
              exitCode: 1,
            },
          ] as const,
      ),
      [
        'sleep infinity',
        '',
        {
          stderr:
            'sleep: infinity has no end, and the clock here jumps to the end of a sleep: nothing would ever wake it. Say how long, 365d at most.\n',
          exitCode: 1,
        },
      ],
      ['date; sleep 365d; date', 'Mon Mar  2 09:00:56 UTC 2026\nTue Mar  2 09:00:56 UTC 2027\n'],
    ],
    'time, which is the world’s': [
      ['date', 'Mon Mar  2 09:00:00 UTC 2026\n'],
      ['date +%F; date -d yesterday +%F; date -d @0 +%Y; date -u -I', '2026-03-02\n2026-03-01\n1970\n2026-03-02T09:00:00+0000\n'],
      ['sleep 90m 30; date +%T', '10:30:30\n'],
      ['sleep soon', '', { stderr: "sleep: invalid time interval 'soon'\nTry 'sleep --help' for more information.\n", exitCode: 1 }],
      ['touch later; stat -c %n later; ls -l --color=auto later | awk "{print \\$8}"', 'later\n10:30\n'],
      ['touch none/x', '', { stderr: "touch: cannot touch 'none/x': No such file or directory\n", exitCode: 1 }],
      ['touch -c none; ls none', '', { stderr: "ls: cannot access 'none': No such file or directory\n", exitCode: 2 }],
    ],
    'differences between files': [
      [
        'echo a > one; echo b > two; touch -d 2026-03-02T09:00:00Z one two; diff -u one two',
        '--- one\t2026-03-02 09:00:00.000000000 +0000\n+++ two\t2026-03-02 09:00:00.000000000 +0000\n@@ -1 +1 @@\n-a\n+b\n',
        { exitCode: 1 },
      ],
      ['diff one', '', { stderr: 'diff: missing operand\n', exitCode: 2 }],
      ['diff --help | grep -c default', '0\n', { exitCode: 1 }],
    ],
    paths: [
      ['realpath link ../leaf/none .', '/home/you/leaf/b.txt\n/home/you/leaf/none\n/home/you/leaf\n'],
      ['realpath none/x', '', { stderr: 'realpath: none/x: No such file or directory\n', exitCode: 1 }],
      ['f=$(mktemp); [ -f $f ] && [ ! -s $f ] && echo ${f%/*}', '/tmp\n'],
      ['d=$(mktemp -d); [ -d $d ] && echo dir; [ "$(mktemp)" != "$(mktemp)" ] && echo different', 'dir\ndifferent\n'],
      ['mktemp leafXXXX | tr -d a-zA-Z0-9; mktemp -p . x.XXXXX > /dev/null && ls | grep -c "^x\\."', '\n1\n'],
      ['mktemp fixed', '', { stderr: "mktemp: too few X's in template 'fixed'\n", exitCode: 1 }],
    ],
    listing: [
      ['ls', 'a.csv\nb.txt\ndata\nlink\nrun.sh\n'],
      ['ls -a', '.\n..\n.hidden\na.csv\nb.txt\ndata\nlink\nrun.sh\n'],
      ['ls -AF', '.hidden\na.csv\nb.txt\ndata/\nlink@\nrun.sh*\n'],
      ['ls -r; ls -S1 | head -1; ls -d .', 'run.sh\nlink\ndata\nb.txt\na.csv\na.csv\n.\n'],
      [
        'ls -l',
        'total 12\n' +
          '-rw-r--r-- 1 you you 2000 Mar  2 09:00 a.csv\n' +
          '-rw-r--r-- 1 you you    3 Mar  2 09:00 b.txt\n' +
          'drwxr-xr-x 1 you you    0 Mar  2 09:00 data\n' +
          'lrwxrwxrwx 1 you you    5 Mar  2 09:00 link -> b.txt\n' +
          '-rwxr-xr-x 1 you you   10 Mar  2 09:00 run.sh\n',
      ],
      ['ls -lh a.csv', '-rw-r--r-- 1 you you 2.0K Mar  2 09:00 a.csv\n'],
      [
        'ls ../docs . none',
        '.:\na.csv\nb.txt\ndata\nlink\nrun.sh\n\n../docs:\n',
        { stderr: "ls: cannot access 'none': No such file or directory\n", exitCode: 2 },
      ],
      ['ls -R ..', '..:\ndocs\nleaf\n\n../docs:\n\n../leaf:\na.csv\nb.txt\ndata\nlink\nrun.sh\n\n../leaf/data:\n'],
      ['ls -Z', '', { stderr: "ls: invalid option -- 'Z'\nTry 'ls --help' for more information.\n", exitCode: 2 }],
      ['ls /; which git ls', 'bin\ndev\nhome\ntmp\nusr\n/usr/bin/git\n/usr/bin/ls\n'],
    ],
    drawing: [
      ['touch data/x; tree', '.\n├── a.csv\n├── b.txt\n├── data\n│   └── x\n├── link -> b.txt\n└── run.sh\n\n1 directory, 5 files\n'],
      ["tree -F -L 1 -I '*.csv|*.txt' --noreport ..", '..\n├── docs/\n└── leaf/\n'],
      ['tree none', 'none  [error opening dir]\n\n0 directories, 0 files\n', { exitCode: 2 }],
    ],
    manuals: [
      ['man nproc; nproc --help', `${'NAME\n       nproc - print the number of processors\n\nSYNOPSIS\n       nproc\n'.repeat(2)}`],
      ['man none', '', { stderr: 'No manual entry for none\n', exitCode: 16 }],
      [
        'watch date',
        '',
        {
          stderr: 'watch: this terminal has no full screen to watch in: while true; do date; sleep 2; done does the same, until Ctrl+C\n',
          exitCode: 1,
        },
      ],
    ],
    reading: [
      ['less b.txt; echo; echo piped | more', 'abc\npiped\n'],
      ['less none', '', { stderr: 'none: No such file or directory\n', exitCode: 1 }],
      ['less', '', { stderr: 'Missing filename ("less --help" for help)\n', exitCode: 1 }],
      ['nano b.txt', '', { stderr: 'nano: there is no editor here: a file is edited in the editor tab\n', exitCode: 1 }],
      ['man nothing', '', { stderr: 'No manual entry for nothing\n', exitCode: 16 }],
      ['man sort | head -1', expect.stringContaining('sort') as unknown as string],
    ],
    compression: [
      [
        'gzip a.csv; ls a*; gzip -dc a.csv.gz | wc -c; gunzip a.csv.gz; ls a*; gzip < a.csv | zcat | wc -c; gzip -k b.txt; ls b*',
        'a.csv.gz\n2000\na.csv\n2000\nb.txt\nb.txt.gz\n',
      ],
      ['gzip b.txt', '', { stderr: 'gzip: b.txt.gz already exists;\tnot overwritten\n', exitCode: 1 }],
      [
        'gunzip -c b.txt; gzip none',
        '',
        { stderr: 'gunzip: b.txt: not in gzip format\ngzip: none: No such file or directory\n', exitCode: 1 },
      ],
    ],
    'running others': [
      ["A=1 env B=2 bash -c 'echo $A $B'; env -u HOME bash -c 'echo \"[$HOME]\"'; env -i X=1 env | grep X", '1 2\n[]\nX=1\n'],
      ['env | grep -c ^HOME=; x=1; env | grep -c ^x=', '1\n0\n', { exitCode: 1 }],
      ['timeout 5 echo in time; nohup echo kept', 'in time\nkept\n'],
      ['seq 4 | xargs -n2 echo; seq 2 | xargs -I{} echo "<{}>"; seq 3 | paste -sd+', '1 2\n3 4\n<1>\n<2>\n1+2+3\n'],
    ],
  };

describe('commands', () => {
  it.each(Object.entries(TABLE))('%s', async (_name, rows) => {
    const terminal = new Terminal(computerWith({ clock: new StepClock() }));
    await terminal.type(SETUP);
    const answers = [];
    for (const [line] of rows) {
      const { stdout, stderr, exitCode } = await terminal.type(line);
      answers.push([line, stdout, { stderr, exitCode }]);
    }
    terminal.session.close();
    expect(answers).toEqual(rows.map(([line, stdout, rest]) => [line, stdout, { stderr: '', exitCode: 0, ...rest }]));
  });

  it('lays ls out in columns and colours on a terminal', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true, columns: 20 });
    await terminal.type(SETUP);
    expect((await terminal.type('ls')).stdout).toBe(
      'a.csv  \x1b[1;34mdata\x1b[0m  \x1b[1;32mrun.sh\x1b[0m\nb.txt  \x1b[1;36mlink\x1b[0m\n',
    );
    expect((await terminal.type('ls | head -2; ls > f; head -1 f')).stdout).toBe('a.csv\nb.txt\na.csv\n');
    terminal.session.close();
  });

  it('opens the editor tab from the terminal', async () => {
    const opened: string[] = [];
    const terminal = new Terminal(computerWith({ onOpenFile: (path) => opened.push(path) }), { interactive: true });
    await terminal.type('mkdir docs');
    expect(await terminal.type('nano notes.md; vim +3 /tmp/x; code docs')).toMatchObject({
      stdout: 'Opening notes.md in the editor tab.\nOpening /tmp/x in the editor tab.\n',
      stderr: 'code: docs is a directory\n',
      exitCode: 1,
    });
    expect(opened).toEqual(['/home/you/notes.md', '/tmp/x']);
    terminal.session.close();
  });

  it('takes extra commands, which may replace its own', async () => {
    const say = (name: string, text: string) => ({ name, execute: async () => ({ stdout: `${text}\n`, stderr: '', exitCode: 0 }) });
    const terminal = new Terminal(computerWith({ commands: () => [say('fieldleaf', 'ours'), say('uname', 'Plan 9')] }));
    expect((await terminal.type('fieldleaf status; uname | cat; fieldleaf > f; cat f')).stdout).toBe('ours\nPlan 9\nours\n');
    terminal.session.close();
  });
});
