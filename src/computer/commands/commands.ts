/** commands: what a computer has in /usr/bin beside just-bash's own. It imports the files of this room and the platform's types. */
import type { CustomCommand } from 'just-bash';
import { attachedCommands } from './attached.ts';
import { checksumCommands } from './checksums.ts';
import { compressionCommands } from './compression.ts';
import { diffCommands } from './diff.ts';
import { findingCommands } from './finding.ts';
import { headCommands } from './head.ts';
import type { CommandHost } from './host.ts';
import { lazyCommands } from './lazy.ts';
import { listingCommands } from './listing.ts';
import { pathCommands } from './paths.ts';
import { pythonCommands } from './python.ts';
import { readingCommands } from './reading.ts';
import { shellCommands } from './shells.ts';
import { systemCommands } from './system.ts';
import { textCommands } from './text.ts';
import { throughCommands } from './through.ts';

/** Every computer's commands, for one session. */
export function standardCommands(host: CommandHost): readonly CustomCommand[] {
  return [
    ...pythonCommands(host),
    ...shellCommands(host),
    ...systemCommands(host),
    ...pathCommands(host),
    ...readingCommands(host),
    ...listingCommands(host),
    ...headCommands(host),
    ...diffCommands(host),
    ...textCommands(host),
    ...findingCommands(host),
    ...checksumCommands(host),
    ...throughCommands(host),
    ...attachedCommands(),
    ...compressionCommands(host),
    ...lazyCommands(host),
  ];
}
