import type { PackageIndex } from '../platform/platform.ts';
import { packageHosts } from '../site/package-hosts.ts';

/** Larger answers than this, in bytes, would fill the world: the largest wheels of pure Python are a tenth of it. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The public package index, asked by the page: workers of a world reach no other origin. Nothing of the learner's goes there but the names of
 * what they install.
 */
export const packageIndex: PackageIndex = {
  async fetch(url, accept) {
    if (!packageHosts.includes(new URL(url).origin)) return null;
    try {
      const response = await fetch(url, { headers: { accept }, credentials: 'omit', referrerPolicy: 'no-referrer' });
      const body = new Uint8Array(await response.arrayBuffer());
      return body.length > MOST_BYTES ? null : { status: response.status, body };
    } catch {
      return null;
    }
  },
};
