/** Lines that are known to differ from native git, and why. Each must differ: what has come to agree is struck out here. */
export const KNOWN: readonly { readonly scenario: string; readonly line: string; readonly reason: string }[] = [
  {
    scenario: 'config: aliases and switches',
    line: 'git help -a | head -1',
    reason: 'The help is our own: it lists what works here and links to the manual.',
  },
  {
    scenario: 'config: aliases and switches',
    line: 'git --nonsense',
    reason: 'After an unknown option the usage is one line, not a copy of the manual.',
  },
  {
    scenario: 'config: aliases and switches',
    line: 'git commit --nonsense',
    reason: 'After an unknown option the usage is one line, not a copy of the manual.',
  },
];
