/** Builds the test page as the site is built, and serves it with or without the headers that isolate a page. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createGzip } from 'node:zlib';
import { build } from 'vite';
import { copyPyodide } from '../../../scripts/copy-pyodide.mjs';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.zip': 'application/zip',
};
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Builds into `folder`, Python's files included. */
export async function buildTestSite(folder: string): Promise<void> {
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, minify: false },
    worker: { format: 'es' },
  });
  copyPyodide(path.join(folder, 'pyodide'));
}

export interface TestSite {
  /** A free one that the system chose. */
  readonly port: number;
  /** Paths requested so far. */
  readonly requested: string[];
  close(): Promise<void>;
}

/** Serves `folder`; `isolated` adds the headers. Python's files carry the far-future caching that a real host gives them. */
export async function serveTestSite(folder: string, isolated: boolean): Promise<TestSite> {
  const requested: string[] = [];
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    requested.push(pathname);
    const file = path.join(folder, path.normalize(pathname === '/' ? '/index.html' : pathname));
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': types[path.extname(file)] ?? 'application/octet-stream',
      'cache-control': pathname.startsWith('/pyodide/') ? 'max-age=31536000, immutable' : 'no-cache',
      'content-encoding': 'gzip',
      ...(isolated ? isolation : {}),
    });
    createReadStream(file)
      .pipe(createGzip({ level: 1 }))
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requested,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
