/** The actions that are built in, and which of their inputs work here. Everything else that `uses:` could name is refused where it stands. */

export interface ActionSpec {
  readonly name: string;
  /** Major versions that users write. */
  readonly versions: readonly [from: number, to: number];
  /** Inputs with their defaults. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Inputs that the real action has and that can't work here, with what to do instead. A default value is let through. */
  readonly refused: Readonly<Record<string, { readonly unless: string; readonly because: string }>>;
  /** Whether a *Post* step follows at the end of the job. */
  readonly post: boolean;
}

const NO_OTHER_RUN = { unless: '', because: "artifacts of other runs can't be fetched here; artifacts of this run can." };

export const CATALOG: readonly ActionSpec[] = [
  {
    name: 'actions/checkout',
    versions: [4, 9],
    inputs: {
      ref: '',
      path: '.',
      'fetch-depth': '1',
      clean: 'true',
      token: '',
      'persist-credentials': 'true',
      'set-safe-directory': 'true',
      'fetch-tags': 'false',
      'show-progress': 'true',
      submodules: 'false',
      lfs: 'false',
    },
    refused: {
      repository: {
        unless: '${{ github.repository }}',
        because: 'there is no other repository to check out; without `repository` this one is.',
      },
      'ssh-key': { unless: '', because: 'the origin is reached without keys.' },
      'ssh-known-hosts': { unless: '', because: 'the origin is reached without keys.' },
      'ssh-strict': { unless: 'true', because: 'the origin is reached without keys.' },
      'ssh-user': { unless: 'git', because: 'the origin is reached without keys.' },
      'sparse-checkout': { unless: '', because: 'the whole tree is checked out; it is small.' },
      'sparse-checkout-cone-mode': { unless: 'true', because: 'the whole tree is checked out.' },
      filter: { unless: '', because: "partial clones aren't available." },
      submodules: { unless: 'false', because: "submodules aren't available." },
      lfs: { unless: 'false', because: "Git LFS isn't available." },
      'github-server-url': { unless: '', because: 'there is one server.' },
    },
    post: true,
  },
  {
    name: 'actions/setup-python',
    versions: [5, 9],
    inputs: {
      'python-version': '',
      'python-version-file': '',
      'check-latest': 'false',
      architecture: 'x64',
      token: '',
      'update-environment': 'true',
      'allow-prereleases': 'false',
      freethreaded: 'false',
      cache: '',
      'cache-dependency-path': '',
      'pip-version': '',
      'pip-install': '',
    },
    refused: {
      architecture: { unless: 'x64', because: 'the runner is x64.' },
      freethreaded: { unless: 'false', because: 'this Python has no threads.' },
      cache: { unless: '', because: 'there is no pip here, so there is nothing to cache. Leave `cache` out.' },
      'cache-dependency-path': { unless: '', because: 'there is no pip here, so there is nothing to cache.' },
      'pip-version': { unless: '', because: 'there is no pip here.' },
      'pip-install': { unless: '', because: 'there is no pip here; the standard library is what there is.' },
      'update-environment': { unless: 'true', because: 'python is always on the PATH.' },
    },
    post: true,
  },
  {
    name: 'actions/upload-artifact',
    versions: [4, 9],
    inputs: {
      name: 'artifact',
      path: '',
      'if-no-files-found': 'warn',
      'retention-days': '0',
      'compression-level': '6',
      overwrite: 'false',
      'include-hidden-files': 'false',
      archive: 'true',
    },
    refused: { archive: { unless: 'true', because: 'every artifact is a packed tree of files here.' } },
    post: false,
  },
  {
    name: 'actions/download-artifact',
    versions: [4, 9],
    inputs: {
      name: '',
      'artifact-ids': '',
      path: '',
      pattern: '',
      'merge-multiple': 'false',
      'github-token': '',
      'digest-mismatch': 'error',
    },
    refused: {
      repository: NO_OTHER_RUN,
      'run-id': { unless: '${{ github.run_id }}', because: NO_OTHER_RUN.because },
      'skip-decompress': { unless: 'false', because: 'artifacts always arrive unpacked here.' },
    },
    post: false,
  },
  {
    name: 'fieldleaf/deploy',
    versions: [1, 1],
    inputs: { path: '', 'artifact-digest': '', service: '', 'tested-score': '' },
    refused: {},
    post: false,
  },
];

/** What `uses:` can name, as users write it: `actions/checkout@v4`. */
const AVAILABLE: readonly string[] = CATALOG.map((spec) => `${spec.name}@v${spec.versions[0]}`);

export type ActionReference = { readonly ok: true; readonly spec: ActionSpec } | { readonly ok: false; readonly message: string };

/** Finds the built-in action that `uses:` names. A full commit id or a branch stands for the newest version. */
export function findAction(uses: string): ActionReference {
  const available = `Built in are ${AVAILABLE.slice(0, -1).join(', ')} and ${AVAILABLE.at(-1)}.`;
  if (uses.startsWith('docker://')) return refuse(`Container actions aren't available: there are no containers here. ${available}`);
  if (uses.startsWith('./') || uses.startsWith('$/'))
    return refuse(`Actions from a folder of the repository aren't available yet: write its commands as \`run\` steps. ${available}`);
  const [name = '', version, ...more] = uses.split('@');
  const spec = CATALOG.find((other) => other.name === name.toLowerCase());
  if (spec === undefined) return refuse(`The action ${uses} isn't available here. ${available}`);
  if (version === undefined || version === '' || more.length > 0)
    return refuse(`\`uses\` names a version too: ${spec.name}@v${spec.versions[0]}.`);
  const major = /^v(\d+)(\.\d+){0,2}$/.exec(version)?.[1];
  const [from, to] = spec.versions;
  if (major === undefined) {
    return /^[0-9a-f]{40}$/.test(version) || version === 'main'
      ? { ok: true, spec }
      : refuse(`${spec.name} has no version ${version}; write ${spec.name}@v${from}.`);
  }
  if (Number(major) < from || Number(major) > to)
    return refuse(`${spec.name}@${version} isn't available here; ${from === to ? `v${from} is` : `v${from} and newer are`}.`);
  return { ok: true, spec };
}

function refuse(message: string): ActionReference {
  return { ok: false, message };
}
