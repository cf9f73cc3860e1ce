/** just-bash reads files above 64 kB through a global Buffer, which browsers and workers lack. Import this before it. */
import { Buffer } from 'buffer/index.js';

const scope = globalThis as { Buffer?: unknown };
scope.Buffer ??= Buffer;
