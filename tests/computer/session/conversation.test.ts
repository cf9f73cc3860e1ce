import { describe, expect, it } from 'vitest';
import { computerWith, Terminal } from '../support/terminal.ts';

const HOME = '/home/you';
const quiet = { stdout: '', stderr: '', exitCode: 0, cwd: HOME };
const says = (stdout: string) => ({ ...quiet, stdout });

type Row = readonly [line: string, answer: Partial<Awaited<ReturnType<Terminal['type']>>>];

/** Each conversation is one session: what is typed, and what comes back (where nothing is said: no output, code 0, in the home). */
const CONVERSATIONS: Readonly<Record<string, readonly Row[]>> = {
  'keeps where it is': [
    ['mkdir -p leaf/data; cd leaf', { cwd: `${HOME}/leaf` }],
    ['pwd', { stdout: `${HOME}/leaf\n`, cwd: `${HOME}/leaf` }],
    ['cd data && cd ..; cd -', { stdout: `${HOME}/leaf/data\n`, cwd: `${HOME}/leaf/data` }],
    ['pushd /tmp > /dev/null; popd', { stdout: '~/leaf/data\n', cwd: `${HOME}/leaf/data` }],
    ['cd; echo $OLDPWD', { stdout: `${HOME}/leaf/data\n` }],
    ['cd nowhere', { stderr: 'bash: cd: nowhere: No such file or directory\n', exitCode: 1 }],
  ],
  'keeps variables, exported or not': [
    ['name=leaf; export RATE=0.1', {}],
    ['echo $name $RATE; bash -c \'echo "[$name] $RATE"\'', says('leaf 0.1\n[] 0.1\n')],
    ['RATE=0.2 env | grep RATE; unset name; echo "${name-unset}"', says('RATE=0.2\nunset\n')],
  ],
  'keeps arrays, integers and read-only variables': [
    ['parts=(stem leaf "leaf tip"); declare -A score=([knn]=0.9); declare -i n=5; readonly fixed=1', {}],
    ['echo ${#parts[@]} "${parts[2]}" ${score[knn]}; n+=2; echo $n', says('3 leaf tip 0.9\n7\n')],
    ['parts+=(root); echo ${parts[-1]}; fixed=2', { stdout: 'root\n', stderr: 'bash: fixed: readonly variable\n', exitCode: 1 }],
  ],
  'keeps functions, aliases and options': [
    ['greet() { local who=${1:-you}; echo "hello $who"; return 3; }', {}],
    [
      "greet; echo $?; greet leaf | tr a-z A-Z; alias hi='greet again'; set -o pipefail; shopt -s nullglob",
      says('hello you\n3\nHELLO LEAF\n'),
    ],
    ['hi', { stdout: 'hello again\n', exitCode: 3 }],
    ['false | true', { exitCode: 1 }],
    ['for f in *.none; do echo $f; done; echo end', says('end\n')],
  ],
  'keeps $?, $_ and PIPESTATUS': [
    ['false', { exitCode: 1 }],
    ['echo $?', says('1\n')],
    ['true one two', {}],
    ['echo $_', says('two\n')],
    ['false | true | (exit 4)', { exitCode: 4 }],
    ['echo "${PIPESTATUS[@]}"', says('1 0 4\n')],
    ['', {}],
    ['   # only a comment', {}],
  ],
  'takes several lines at once, here-documents included': [
    ['cat <<EOF\n  a $HOME\n\tb\nEOF\necho after', says(`  a ${HOME}\n\tb\nafter\n`)],
    ["cat <<'EOF' | wc -l\n$not\nexpanded\nEOF", says('2\n')],
    ['cat <<-EOF\n\ttabs go\n\tEOF', says('tabs go\n')],
    ['for i in 1 2\ndo\n  echo $i\ndone', says('1\n2\n')],
    ['tr a-z A-Z <<< "here string"', says('HERE STRING\n')],
  ],
  redirects: [
    ['echo one > f; echo two >> f; cat f; wc -l < f', says('one\ntwo\n2\n')],
    [
      '{ echo out; echo err >&2; } > both 2>&1; cat both; ls nope 2> errors; cat errors',
      says("out\nerr\nls: cannot access 'nope': No such file or directory\n"),
    ],
    ['echo hi > nodir/f', { stderr: 'bash: nodir/f: No such file or directory\n', exitCode: 1 }],
    ['echo hi > .', { stderr: 'bash: .: Is a directory\n', exitCode: 1 }],
    ['cat < nofile', { stderr: 'bash: nofile: No such file or directory\n', exitCode: 1 }],
    ['set -C; echo x > f', { stderr: 'bash: f: cannot overwrite existing file\n', exitCode: 1 }],
    ['set +C; exec 3> third; echo to third >&3; exec 3>&-; cat third', says('to third\n')],
    ['diff <(echo a) <(echo a) && echo same; echo gone > /dev/null', says('same\n')],
  ],
  'says what went wrong as bash does': [
    ['nocmd', { stderr: 'bash: nocmd: command not found\n', exitCode: 127 }],
    ['./nofile', { stderr: 'bash: ./nofile: No such file or directory\n', exitCode: 127 }],
    ['touch plain; ./plain', { stderr: 'bash: ./plain: Permission denied\n', exitCode: 126 }],
    ['./', { stderr: 'bash: ./: Is a directory\n', exitCode: 126 }],
    ['fi', { stderr: "bash: syntax error near unexpected token `fi'\n", exitCode: 2 }],
    ['echo $?', says('2\n')],
    ['echo a; )', { stderr: "bash: syntax error near unexpected token `)'\n", exitCode: 2 }],
    ['echo >', { stderr: "bash: syntax error near unexpected token `newline'\n", exitCode: 2 }],
    ['if true; then', { stderr: 'bash: syntax error: unexpected end of file\n', exitCode: 2 }],
    ["echo 'open", { stderr: "bash: unexpected EOF while looking for matching `''\n", exitCode: 2 }],
    ['set -u; echo $nothing; echo not reached', { stderr: 'bash: nothing: unbound variable\n', exitCode: 1 }],
    ['set +u; echo $((1 / 0)); echo not reached', { stderr: 'bash: 1 / 0: division by 0 (error token is "0")\n', exitCode: 1 }],
    ['trap "echo x" DEBUG', { stderr: 'bash: trap: DEBUG: this shell does not stop before each command: use set -x\n', exitCode: 1 }],
  ],
  'evaluates, sources and runs scripts': [
    ['eval \'x=1; echo "x is $x"\'; echo $x', says('x is 1\n1\n')],
    ["eval 'if'", { stderr: 'bash: eval: line 2: syntax error: unexpected end of file\n', exitCode: 2 }],
    ['printf \'v=2\\ndeclare d=3\\nsay() { echo said $1; }\\necho "args $*"\\nreturn 4\\necho never\\n\' > lib.sh', {}],
    ['. ./lib.sh p q; echo "$? $v $d"; say it', says('args p q\n4 2 3\nsaid it\n')],
    ['source none.sh', { stderr: 'bash: none.sh: No such file or directory\n', exitCode: 1 }],
    ['printf \'#!/bin/bash\\necho "$0 $# $2"\\ncd /\\nexit 5\\n\' > run.sh; chmod +x run.sh', {}],
    ['./run.sh a "b c"', { stdout: './run.sh 2 b c\n', exitCode: 5 }],
    [
      'bash run.sh x y | tr a-z A-Z; bash -c \'echo "$0 $1"\' zero one; echo "echo from stdin" | bash',
      says('RUN.SH 2 Y\nzero one\nfrom stdin\n'),
    ],
    ["bash -ec 'false; echo not reached'", { exitCode: 1 }],
    ['/bin/echo through a path', says('through a path\n')],
  ],
  'leaves commands running in the background': [['echo hi & wait; echo done', { stdout: 'hi\ndone\n' }]],
  'starts again after exit, in the same place': [
    ['cd /tmp; x=1; set -e; f() { :; }', { cwd: '/tmp' }],
    ['exit 3', { exitCode: 3, cwd: '/tmp' }],
    ['echo "[$x]"; false; echo on; type f', { stdout: '[]\non\n', stderr: 'bash: type: f: not found\n', exitCode: 1, cwd: '/tmp' }],
    ['set -e; false; echo not reached', { exitCode: 1, cwd: '/tmp' }],
    ['false; echo reached', { stdout: 'reached\n', cwd: '/tmp' }],
  ],
  'lists what was run': [
    ['echo a', says('a\n')],
    ['history', says('    1  echo a\n    2  history\n')],
    ['history 1', says('    3  history 1\n')],
    ['history -c; history', {}],
  ],
};

describe('a session', () => {
  it.each(Object.entries(CONVERSATIONS))('%s', async (_name, rows) => {
    const terminal = new Terminal();
    const answers: unknown[] = [];
    for (const [line] of rows) answers.push([line, await terminal.type(line)]);
    terminal.session.close();
    expect(answers).toEqual(rows.map(([line, answer]) => [line, { ...quiet, ...answer }]));
  });

  it('starts where, and with what, it is told', async () => {
    const computer = computerWith({ env: { COMPANY: 'Fieldleaf' } });
    await computer.files.mkdir('/srv');
    const terminal = new Terminal(computer, { cwd: '/srv', env: { STAGE: 'test' } });
    expect(await terminal.type('echo $PWD $COMPANY $STAGE $HOME $USER $HOSTNAME')).toEqual({
      stdout: '/srv Fieldleaf test /home/you you fieldleaf\n',
      stderr: '',
      exitCode: 0,
      cwd: '/srv',
    });
    expect(await terminal.type("bash -c 'echo $COMPANY $STAGE'")).toMatchObject({ stdout: 'Fieldleaf test\n' });
    terminal.session.close();
  });

  it('runs one line after the other, even when they are asked for together', async () => {
    const terminal = new Terminal();
    await Promise.all([terminal.type('x=1; echo first'), terminal.type('echo second $x')]);
    expect(terminal.chunks).toEqual([
      ['stdout', 'first\n'],
      ['stdout', 'second 1\n'],
    ]);
    terminal.session.close();
    await expect(terminal.type('echo late')).rejects.toThrow('This session is closed.');
  });

  it('keeps two sessions on one computer apart, but for the files', async () => {
    const computer = computerWith();
    const [one, two] = [new Terminal(computer), new Terminal(computer)];
    await one.type('cd /tmp; x=1; echo shared > file');
    expect(await two.type('echo "$x"; pwd; cat /tmp/file')).toEqual({ stdout: `\n${HOME}\nshared\n`, stderr: '', exitCode: 0, cwd: HOME });
    one.session.close();
    two.session.close();
  });

  it('reads ~/.bashrc where a person sits, each time it starts', async () => {
    const computer = computerWith();
    const script = new Terminal(computer);
    await script.type('echo \'alias ll="ls -A"; greeting=hi; echo welcome\' > .bashrc');
    expect(await script.type('echo "[$greeting]"')).toMatchObject({ stdout: '[]\n' });
    const terminal = new Terminal(computer, { interactive: true });
    expect(await terminal.type('echo $greeting; ll')).toMatchObject({ stdout: 'welcome\nhi\n.bashrc\n' });
    expect(await terminal.type('greeting=changed; exit 2')).toMatchObject({ exitCode: 2 });
    expect(await terminal.type('echo $greeting')).toMatchObject({ stdout: 'welcome\nhi\n' });
    script.session.close();
    terminal.session.close();
  });

  it('tells the person that exit was understood', async () => {
    const terminal = new Terminal(computerWith(), { interactive: true });
    expect(await terminal.type('exit')).toMatchObject({ stderr: 'exit\n', exitCode: 0 });
    terminal.session.close();
  });
});
