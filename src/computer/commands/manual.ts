/** Manual pages of the computer's own commands: what each does, and its options as they are here. */

interface Page {
  readonly summary: string;
  readonly usage: string;
  /** Option and meaning. */
  readonly options?: Readonly<Record<string, string>>;
  readonly notes?: string;
}

const PAGES: Readonly<Record<string, Page>> = {
  bc: {
    summary: 'calculate with numbers of any length',
    usage: 'bc [-l] [file...]',
    options: { '-l': 'functions s c a l e, and a scale of 20' },
    notes: "echo 'scale=2; 7/3' | bc. Variables, arrays, if, while, for, define, print, sqrt, length, scale, ibase, obase.",
  },
  cmp: {
    summary: 'compare two files byte by byte',
    usage: 'cmp [-s] file1 [file2]',
    options: { '-s': 'say nothing; the exit status tells' },
  },
  curl: {
    summary: 'transfer a URL',
    usage: 'curl [options] url',
    options: {
      '-s, -S': 'be silent; show errors all the same',
      '-f': 'fail at an HTTP error',
      '-i, -I': 'show headers; ask for them only',
      '-o file, -O': 'write into a file; under its name in the URL',
      '-X method': 'GET, POST, PUT, DELETE …',
      '-d data, --json data': 'send data',
      '-H line': 'send a header',
      '-L': 'follow redirects',
      '-w format': 'print afterwards, for example %{http_code}',
    },
    notes: "It reaches the company's own hosts and servers on localhost.",
  },
  dd: {
    summary: 'copy blocks of bytes',
    usage: 'dd [if=file] [of=file] [bs=n] [count=n] [skip=n] [seek=n] [conv=…] [status=none]',
    options: {
      'conv=notrunc': 'keep what is behind in the output',
      'conv=ucase, conv=lcase': 'change letters',
      'status=none': 'report nothing',
    },
  },
  df: { summary: 'report how much of the disk is used', usage: 'df [-h]', options: { '-h': 'sizes for people' } },
  envsubst: {
    summary: 'fill the environment into text',
    usage: "envsubst ['$A $B'] < template",
    options: { '-v': 'name the variables of a format' },
  },
  free: { summary: 'report memory', usage: 'free [-h | -m | -g]' },
  hexdump: {
    summary: 'show bytes as numbers',
    usage: 'hexdump [-C] [-n length] [-s skip] [-v] [file...]',
    options: { '-C': 'hexadecimal and text', '-v': 'repeat rows that are alike' },
  },
  jobs: { summary: 'list what was left running with &', usage: 'jobs [-l | -p] [-r]' },
  killall: { summary: 'end processes by name', usage: 'killall [-SIGNAL] name' },
  less: {
    summary: 'show a file',
    usage: 'less file...',
    notes: 'The text is printed whole: the terminal scrolls back, and its search finds. There are no keys to learn.',
  },
  make: {
    summary: 'bring files up to date',
    usage: 'make [-f file] [-C directory] [-Bikns] [VAR=value...] [target...]',
    options: {
      '-B': 'make everything',
      '-C directory': 'work there',
      '-f file': 'read this makefile',
      '-i': 'ignore errors',
      '-j [n]': 'taken; recipes run one after the other',
      '-k': 'keep going after an error',
      '-n': 'print the commands only',
      '-q': 'say by the exit status whether something is to be done',
      '-s': 'do not print the commands',
      '-t': 'touch the targets',
    },
  },
  nohup: { summary: 'run a command that outlives its terminal', usage: 'nohup command', notes: 'Here everything ends with its terminal.' },
  nproc: { summary: 'print the number of processors', usage: 'nproc' },
  od: {
    summary: 'show bytes as numbers',
    usage: 'od [-A d|o|x|n] [-t type] [-N count] [-j skip] [-v] [-w width] [-c] [-x] [file...]',
    options: { '-t x1, -t d4, -t f8, -t c': 'hexadecimal bytes, integers, floating point, characters', '-A n': 'no addresses' },
  },
  pgrep: {
    summary: 'find processes by name',
    usage: 'pgrep [-f] [-l | -a] [-x] [-c] pattern',
    options: { '-f': 'look at the whole command' },
  },
  pkill: { summary: 'end processes by name', usage: 'pkill [-SIGNAL] [-f] [-x] pattern' },
  ps: { summary: 'list processes', usage: 'ps [-e] [-f] [aux] [-p pid] [-o pid,ppid,user,tty,stat,time,comm,args]' },
  python3: {
    summary: 'run Python',
    usage: 'python3 [-c command | -m module | file | -] [argument...]',
  },
  shuf: {
    summary: 'shuffle lines',
    usage: 'shuf [-n count] [-e word... | -i low-high] [-r] [-o file] [file]',
    notes: 'The same commands give the same order in every world.',
  },
  sqlite3: {
    summary: 'query an SQLite database',
    usage:
      'sqlite3 [-header] [-csv | -json | -column | -line | -list | -tabs | -markdown | -box | -table] [-separator x] file [statement...]',
    notes: 'Dot commands: .tables .schema .headers .mode .separator .import --csv .dump .read .indexes .databases .nullvalue .quit',
  },
  tar: {
    summary: 'make and unpack archives',
    usage: 'tar -c|-x|-t [-z] [-v] [-f archive] [-C directory] [file...]',
    options: {
      '--exclude pattern': 'leave files out',
      '--strip-components n': 'drop leading directories',
      '-O': 'unpack to standard output',
      '-k': 'keep files that are there',
    },
  },
  tree: {
    summary: 'draw a directory',
    usage: 'tree [-a] [-d] [-f] [-F] [-L level] [-I pattern] [-P pattern] [--dirsfirst] [--noreport] [directory...]',
    options: { '-a': 'hidden files too', '-d': 'directories only', "-I 'a|b'": 'leave out what matches', '-L n': 'so many levels' },
  },
  truncate: { summary: 'set the size of a file', usage: 'truncate -s [+|-]size[K|M|G] [-c] file...' },
  unzip: { summary: 'unpack a zip archive', usage: 'unzip [-l | -p] [-q] [-o | -n] [-j] [-d directory] archive [member...]' },
  wget: { summary: 'fetch a URL into a file', usage: 'wget [-q] [-O file] [-P directory] url' },
  xxd: {
    summary: 'show bytes in hexadecimal, or make them from it',
    usage: 'xxd [-p | -b | -i] [-r] [-c columns] [-g bytes] [-l length] [-s skip] [-u] [infile [outfile]]',
    options: { '-p': 'digits only', '-r': 'from a dump back to bytes', '-b': 'bits', '-i': 'as a C array' },
  },
  yq: {
    summary: 'query and change YAML and JSON',
    usage: "yq [-i] [-o json|yaml] [-n] [-e] [-P] [-I n] 'expression' [file...]",
    options: { '-i': 'change the file itself', '-o json': 'print JSON', '-n': 'begin with nothing', '-e': 'fail where nothing is found' },
    notes:
      'yq .a.b file; yq -i \'.a.b = "x"\' file; yq \'.items[] | select(.name == "x")\' file; del(.a); |= += *=; strenv(NAME). Comments stay.',
  },
  zip: { summary: 'make a zip archive', usage: 'zip [-r] [-q] [-j] archive file...' },
};

/** The page of a command; null where there is none. */
export function manualPage(name: string): string | null {
  if (!Object.hasOwn(PAGES, name)) return null;
  const { summary, usage, options = {}, notes } = PAGES[name]!;
  const width = Math.max(0, ...Object.keys(options).map((option) => option.length)) + 3;
  const lines = Object.entries(options).map(([option, meaning]) => `       ${option.padEnd(width)}${meaning}\n`);
  return (
    `NAME\n       ${name} - ${summary}\n\nSYNOPSIS\n       ${usage}\n` +
    (lines.length === 0 ? '' : `\nOPTIONS\n${lines.join('')}`) +
    (notes === undefined ? '' : `\nNOTES\n       ${notes}\n`)
  );
}
