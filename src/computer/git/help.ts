const COMMON: readonly (readonly [topic: string, commands: readonly (readonly [name: string, what: string])[]])[] = [
  [
    'Begin',
    [
      ['clone', 'copy a repository from an origin'],
      ['init', 'make an empty repository here'],
    ],
  ],
  [
    'Change',
    [
      ['add', 'stage files for the next commit'],
      ['commit', 'record what is staged'],
      ['mv', 'rename files'],
      ['restore', 'bring files back'],
      ['rm', 'delete files'],
      ['stash', 'set changes aside'],
    ],
  ],
  [
    'Look',
    [
      ['blame', 'who wrote which line'],
      ['diff', 'what has changed'],
      ['grep', 'find text in files'],
      ['log', 'the history'],
      ['show', 'one commit, tag or file'],
      ['status', 'what is staged, changed and new'],
    ],
  ],
  [
    'Branch',
    [
      ['branch', 'list, make and delete branches'],
      ['cherry-pick', 'apply a commit here'],
      ['merge', 'join another branch'],
      ['rebase', 'put commits onto another base'],
      ['reset', 'move the branch and the index'],
      ['revert', 'undo a commit with a new one'],
      ['switch', 'go to another branch'],
      ['tag', 'name a commit'],
    ],
  ],
  [
    'Share',
    [
      ['fetch', 'get commits from an origin'],
      ['pull', 'get them and join them'],
      ['push', 'send commits to an origin'],
      ['remote', 'which origins there are'],
    ],
  ],
];

export const USAGE =
  'usage: git [--version] [--help] [-C <path>] [-c <name>=<value>] [--git-dir=<path>] [--work-tree=<path>] <command> [<args>]\n';

export const HELP = `${USAGE}
${COMMON.map(([topic, commands]) => `${topic}\n${commands.map(([name, what]) => `   ${name.padEnd(12)}${what}\n`).join('')}`).join('\n')}
The manual: https://git-scm.com/docs
`;
