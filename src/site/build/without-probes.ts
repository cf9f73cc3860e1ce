import type { Plugin } from 'vite';

/**
 * What libraries find out about their host by trying, answered at build time for browsers' workers. A failed import is a request and a
 * complaint in the console; an error that is thrown while a program loads makes V8 read all of it again for the error's position.
 * - just-git asks for `node:zlib` and `node:crypto`, and takes CompressionStream and `crypto.subtle` where they are not there.
 * - turndown looks for an HTML parser. Only just-bash's html-to-markdown uses it, which our shell does not offer: no such command exists.
 */
export function withoutProbes(): Plugin {
  return {
    name: 'plumbline:without-probes',
    enforce: 'pre',
    resolveId: (source) => (source === 'turndown' ? ABSENT : null),
    load: (id) => (id === ABSENT ? 'export default class {}' : null),
    transform(code, id) {
      if (!id.includes('/just-git/')) return null;
      const answered = code
        .replaceAll('import(["node","zlib"].join(":"))', 'Promise.reject()')
        .replaceAll(/\b[\w$]+\(\["node","crypto"\]\.join\(":"\)\)/g, '({})');
      return answered === code ? null : { code: answered, map: null };
    },
  };
}

const ABSENT = '\0plumbline:absent';
