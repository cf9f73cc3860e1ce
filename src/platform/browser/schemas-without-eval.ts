/**
 * The policy of workers forbids eval. Left alone, zod finds that out by trying while the program loads, and the error makes the browser
 * read the whole program a second time. Import this module before every module that has a schema.
 */
import { config } from 'zod';

config({ jitless: true });
