// Serves dist/ as a static host would, with the headers that isolate the page (Ctrl+C then interrupts Python as it does anywhere) and the
// policy that holds its workers.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sirv from 'sirv';
import { carriesWorkerPolicy, workerPolicy } from '../src/site/worker-policy.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4321' },
    base: { type: 'string', default: '/' },
    plain: { type: 'boolean' },
    dir: { type: 'string' },
  },
});
const folder = values.dir ?? join(import.meta.dirname, '..', 'dist');
if (!existsSync(join(folder, 'index.html'))) {
  console.error('There is no built site in dist/. Run: npm run build');
  process.exit(1);
}
/** With a slash at both ends, however it was given. */
const base = `/${values.base}/`.replace(/\/+/g, '/');
const files = sirv(folder, { etag: true, setHeaders });
const notFound = readFileSync(join(folder, '404.html'));

function setHeaders(response, pathname) {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', pathname.includes('/_astro/') ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (values.plain) return;
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  if (carriesWorkerPolicy(pathname.slice(1))) response.setHeader('Content-Security-Policy', workerPolicy);
}

function answerNotFound(response) {
  setHeaders(response, '/404.html');
  response.writeHead(404, { 'Content-Type': 'text/html;charset=utf-8' }).end(notFound);
}

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path.startsWith(base)) {
    request.url = `/${path.slice(base.length)}`;
    files(request, response, () => answerNotFound(response));
  } else if (path === '/' || `${path}/` === base) response.writeHead(302, { Location: base }).end();
  else answerNotFound(response);
});
server.on('error', (error) => {
  console.error(error.code === 'EADDRINUSE' ? `Port ${values.port} is taken. Choose another: npm run serve -- --port 4322` : error.message);
  process.exit(1);
});
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(
    `\n  Plumbline is ready: http://localhost:${values.port}${base}\n  The lesson: http://localhost:${values.port}${base}3-continuous-delivery/3-ship-a-better-leaf/\n`,
  );
});
