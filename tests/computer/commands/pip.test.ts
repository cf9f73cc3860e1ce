import { afterAll, describe, expect, it } from 'vitest';
import { markerHolds } from '../../../src/computer/pip/markers.ts';
import { createPythonHost } from '../../../src/platform/node/platform.ts';
import { computerWith, Terminal } from '../support/terminal.ts';
import { indexOf, sha256Of, wheelOf } from '../support/wheels.ts';

const python = createPythonHost();
afterAll(() => python.dispose());

const any = (name: string, version: string) => `${name}-${version}-py3-none-any.whl`;
const stem = {
  [any('stem', '1.0')]: wheelOf('stem', '1.0'),
  [any('stem', '2.0')]: wheelOf('stem', '2.0'),
  [any('stem', '3.0rc1')]: wheelOf('stem', '3.0rc1'),
};
const PROJECTS = {
  stem,
  leaf: {
    [any('leaf', '1.0')]: wheelOf('leaf', '1.0', {
      requires: ['stem>=1.0', 'root; sys_platform == "win32"', 'tip ; extra == "plot"'],
      extras: ['plot'],
    }),
  },
  tip: { [any('tip', '0.1')]: wheelOf('tip', '0.1') },
  branch: {
    [any('branch', '2.0')]: wheelOf('branch', '2.0', { requires: ['stem<1'] }),
    [any('branch', '1.0')]: wheelOf('branch', '1.0', { requires: ['stem<2'] }),
  },
  oak: { [any('oak', '1.0')]: wheelOf('oak', '1.0', { requires: ['stem<2', 'ash'] }) },
  ash: { [any('ash', '1.0')]: wheelOf('ash', '1.0', { requires: ['stem>=2'] }) },
  source: { 'source-1.0.tar.gz': new Uint8Array(1) },
  native: { 'native-1.0-cp314-cp314-manylinux_2_28_x86_64.whl': new Uint8Array(1) },
};

type Row = readonly [line: string, answer: { readonly stdout?: string; readonly stderr?: string; readonly exitCode?: number }];

/** Types the lines on a computer with an index, with these files in its home. */
async function conversation(rows: readonly Row[], files: Readonly<Record<string, string | Uint8Array>> = {}, withIndex = true) {
  const computer = computerWith({ python, ...(withIndex ? { packageIndex: indexOf(PROJECTS) } : {}) });
  for (const [path, content] of Object.entries(files))
    computer.files.writeSync(`/home/you/${path}`, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  const terminal = new Terminal(computer);
  const answers: unknown[] = [];
  for (const [line] of rows) {
    const { stdout, stderr, exitCode } = await terminal.type(line);
    answers.push([line, { stdout: stdout.replaceAll(/ \([\d.]+ (?:kB|bytes)\)/g, ''), stderr, exitCode }]);
  }
  terminal.session.close();
  expect(answers).toEqual(rows.map(([line, answer]) => [line, { stdout: '', stderr: '', exitCode: 0, ...answer }]));
}

const SITE = '/home/you/.local/lib/python3.14/site-packages';
const hash = (project: keyof typeof PROJECTS, filename: string) => sha256Of((PROJECTS[project] as Record<string, Uint8Array>)[filename]!);

describe('pip', () => {
  it('installs what is asked for and what that needs, lists it, and takes it away', () =>
    conversation([
      [
        "pip install 'leaf[plot]==1.0'",
        {
          stdout:
            'Collecting leaf[plot]==1.0\n  Downloading leaf-1.0-py3-none-any.whl\nCollecting stem>=1.0 (from leaf==1.0)\n' +
            '  Downloading stem-2.0-py3-none-any.whl\nCollecting tip (from leaf==1.0)\n  Downloading tip-0.1-py3-none-any.whl\n' +
            'Installing collected packages: stem, tip, leaf\nSuccessfully installed leaf-1.0 stem-2.0 tip-0.1\n',
        },
      ],
      ['python3 -c "import leaf, stem; print(leaf.VERSION, stem.VERSION)"', { stdout: '1.0 2.0\n' }],
      ['python3 -c "import importlib.metadata as m; print(m.version(\'tip\'))"', { stdout: '0.1\n' }],
      ['pip list', { stdout: 'Package Version\n------- -------\nleaf    1.0\nstem    2.0\ntip     0.1\n' }],
      ['python3 -m pip freeze', { stdout: 'leaf==1.0\nstem==2.0\ntip==0.1\n' }],
      [
        'pip show stem',
        {
          stdout: `Name: stem\nVersion: 2.0\nSummary: The stem of a tree\nHome-page: \nAuthor: \nLicense: \nLocation: ${SITE}\nRequires: \nRequired-by: leaf\n`,
        },
      ],
      ['pip install stem', { stdout: `Requirement already satisfied: stem in ${SITE} (2.0)\n` }],
      [
        'pip install stem==1.0',
        {
          stdout:
            'Collecting stem==1.0\n  Downloading stem-1.0-py3-none-any.whl\nInstalling collected packages: stem\n  Attempting uninstall: stem\n' +
            '    Found existing installation: stem 2.0\n    Uninstalling stem-2.0:\n      Successfully uninstalled stem-2.0\nSuccessfully installed stem-1.0\n',
        },
      ],
      [
        'pip uninstall -y leaf stem tip none',
        {
          stdout: ['leaf-1.0', 'stem-1.0', 'tip-0.1']
            .map(
              (one) => `Found existing installation: ${one.replace('-', ' ')}\nUninstalling ${one}:\n  Successfully uninstalled ${one}\n`,
            )
            .join(''),
          stderr: 'WARNING: Skipping none as it is not installed.\n',
        },
      ],
      [`ls ${SITE}; pip list; pip check`, { stdout: 'No broken requirements found.\n' }],
      ['pip --version', { stdout: 'pip 25.3 from /usr/lib/python3.14/site-packages/pip (python 3.14)\n' }],
    ]));

  it('takes older versions where the newest do not go together, and says when none do', () =>
    conversation([
      ['pip install -q branch; pip freeze', { stdout: 'branch==1.0\nstem==1.0\n' }],
      ['pip uninstall -qy branch stem > /dev/null', {}],
      [
        'pip install -q oak',
        {
          stderr:
            'ERROR: Cannot install oak==1.0 and ash==1.0 because these package versions have conflicting dependencies.\n\nThe conflict is caused by:\n' +
            '    oak 1.0 depends on stem<2\n    ash 1.0 depends on stem>=2\n\nTo fix this you could try to:\n' +
            "1. loosen the range of package versions you've specified\n2. remove package versions to allow pip to attempt to solve the dependency conflict\n\n" +
            'ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts\n',
          exitCode: 1,
        },
      ],
    ]));

  it('reads requirements files: comments, other files, constraints, markers, environment', () =>
    conversation(
      [
        ['TIP=0.1 pip install -q -r requirements.txt && pip freeze', { stdout: 'leaf==1.0\nstem==1.0\ntip==0.1\n' }],
        [
          'pip install -r none.txt',
          { stderr: "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'none.txt'\n", exitCode: 1 },
        ],
      ],
      {
        'requirements.txt':
          '# what is needed\n-r more/base.txt\n-c limits.txt\n\nleaf >= 1.0,\\\n  < 2   # the first\nroot==1.0 ; python_version < "3"\n',
        'more/base.txt': 'tip==${TIP}\n',
        'limits.txt': 'stem<2\n',
      },
    ));

  it('checks hashes: all must be there, pinned, and those of the files', () => {
    const tip = `tip==0.1 --hash=sha256:${hash('tip', any('tip', '0.1'))}\n`;
    const leaf = `leaf==1.0 \\\n    --hash=sha256:${'0'.repeat(64)} \\\n    --hash=sha256:${hash('leaf', any('leaf', '1.0'))}\n`;
    return conversation(
      [
        ['pip install -q -r good.txt && pip freeze', { stdout: 'leaf==1.0\nstem==2.0\ntip==0.1\n' }],
        [
          'pip install -qr unhashed.txt',
          {
            stderr: expect.stringMatching(
              new RegExp(
                `^ERROR: Hashes are required in --require-hashes mode, but[^\\n]*\\n    stem==1\\.0 --hash=sha256:${hash('stem', any('stem', '1.0'))}\\n$`,
              ),
            ) as unknown as string,
            exitCode: 1,
          },
        ],
        [
          'pip install -qr loose.txt',
          {
            stderr:
              'ERROR: In --require-hashes mode, all requirements must have their versions pinned with ==. These do not:\n    stem>=1 (from -r loose.txt (line 2))\n',
            exitCode: 1,
          },
        ],
        [
          'pip uninstall -qy tip > /dev/null; pip install -qr wrong.txt; pip freeze',
          {
            stdout: 'leaf==1.0\nstem==2.0\n',
            stderr:
              'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes. ' +
              'Otherwise, examine the package contents carefully; someone may have tampered with them.\n' +
              `    tip==0.1 (from -r wrong.txt (line 1)):\n        Expected sha256 ${'a'.repeat(64)}\n             Got        ${hash('tip', any('tip', '0.1'))}\n`,
          },
        ],
      ],
      {
        'good.txt': `${tip}${leaf}stem==2.0 --hash=sha256:${hash('stem', any('stem', '2.0'))}\n`,
        'unhashed.txt': `${tip}stem==1.0\n`,
        'loose.txt': `${tip}stem>=1\n`,
        'wrong.txt': `tip==0.1 --hash=sha256:${'a'.repeat(64)}\n`,
      },
    );
  });

  it('installs wheels that are on the computer, with their commands, without an index', () =>
    conversation(
      [
        [
          `pip install ./wheels/${any('twig', '1.5')}`,
          {
            stdout: `Processing /home/you/wheels/${any('twig', '1.5')}\nInstalling collected packages: twig\nSuccessfully installed twig-1.5\n`,
          },
        ],
        ['twig', { stdout: 'twig 1.5\n' }],
        [
          'pip install -q --no-index --find-links wheels bud && bud && pip list --format=freeze',
          { stdout: 'bud 1.0\nbud==1.0\ntwig==1.5\n' },
        ],
        [
          'pip install nothing',
          {
            stdout: 'Collecting nothing\n',
            stderr:
              'ERROR: Could not find a version that satisfies the requirement nothing (from versions: none)\nERROR: No matching distribution found for nothing\n' +
              'This computer reaches no package index. Install a wheel that is on it: pip install ./name.whl, or pip install --no-index --find-links FOLDER name.\n',
            exitCode: 1,
          },
        ],
        [
          'pip install -q ./none.whl',
          {
            stderr: "ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: '/home/you/none.whl'\n",
            exitCode: 1,
          },
        ],
      ],
      {
        [`wheels/${any('twig', '1.5')}`]: wheelOf('twig', '1.5', { scripts: 'twig = twig:main' }),
        [`wheels/${any('bud', '1.0')}`]: wheelOf('bud', '1.0', { requires: ['twig'], scripts: 'bud=bud:main' }),
      },
      false,
    ));

  it.each<readonly [line: string, stderr: string]>([
    [
      'pip install -q source',
      'ERROR: Could not find a version that satisfies the requirement source (from versions: 1.0)\nERROR: No matching distribution found for source\n' +
        'source-1.0.tar.gz: this computer cannot build packages from their source: it takes wheels of pure Python (…-py3-none-any.whl)\n',
    ],
    [
      'pip install -q native',
      'ERROR: Could not find a version that satisfies the requirement native (from versions: 1.0)\nERROR: No matching distribution found for native\n' +
        'native-1.0-cp314-cp314-manylinux_2_28_x86_64.whl: this computer cannot build packages from their source: it takes wheels of pure Python (…-py3-none-any.whl)\n',
    ],
    [
      'pip install -q stem==9',
      'ERROR: Could not find a version that satisfies the requirement stem==9 (from versions: 1.0, 2.0, 3.0rc1)\nERROR: No matching distribution found for stem==9\n',
    ],
    [
      'pip install -q -e .',
      'ERROR: editable installs need a build, and this computer cannot build packages: put its folder on PYTHONPATH instead\n',
    ],
    ['pip install', 'ERROR: You must give at least one requirement to install (see "pip help install")\n'],
    ['pip download stem', 'ERROR: unknown command "download"\n'],
  ])('%s', async (line, stderr) => conversation([[line, { stderr, exitCode: 1 }]]));

  it('keeps the packages of a virtual environment apart', () =>
    conversation([
      [
        'pip install -q stem==1.0; python3 -m venv .venv; . .venv/bin/activate; which python3; pip list',
        { stdout: '/home/you/.venv/bin/python3\n' },
      ],
      ['pip install -q stem; python -c "import stem, sys; print(stem.VERSION, sys.prefix)"', { stdout: '2.0 /home/you/.venv\n' }],
      ['echo Ada | python3 -c "print(input())"', { stdout: 'Ada\n' }],
      ['deactivate; python3 -c "import stem, sys; print(stem.VERSION, sys.prefix)"; pip freeze', { stdout: '1.0 /usr\nstem==1.0\n' }],
      ['.venv/bin/pip freeze; .venv/bin/python -c "import stem; print(stem.VERSION)"', { stdout: 'stem==2.0\n2.0\n' }],
      ['python3 -s -c "import stem" 2>&1 | tail -1', { stdout: "ModuleNotFoundError: No module named 'stem'\n" }],
    ]));
});

it.each([
  ['python_version >= "3.9" and sys_platform != "win32"', true],
  ['python_version < "3.10"', false],
  ['(os_name == "nt" or platform_system == "Emscripten") and "3.14" in python_full_version', true],
  ["extra == 'Plot_It'", true],
  ['sys_platform not in "linux darwin"', true],
])('the marker %s', (marker, holds) => {
  expect(markerHolds(marker, 'plot-it')).toBe(holds);
});
