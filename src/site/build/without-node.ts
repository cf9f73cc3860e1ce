import type { Plugin } from 'vite';

/**
 * just-git asks for `node:zlib` wherever there is no `document`, so in a browser's worker too: that would be a failed request and a
 * complaint in the console before it takes CompressionStream, as it does anyway.
 */
export function withoutNodeZlib(): Plugin {
  const asked = 'import(["node","zlib"].join(":"))';
  return {
    name: 'plumbline:without-node-zlib',
    enforce: 'pre',
    transform(code, id) {
      return id.includes('/just-git/') && code.includes(asked) ? { code: code.replaceAll(asked, 'Promise.reject()'), map: null } : null;
    },
  };
}
