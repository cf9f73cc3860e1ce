// Serves dist/ as a static host would, with the headers that isolate the page (Ctrl+C then interrupts Python at once).
import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sirv from 'sirv';

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
const files = sirv(folder, {
  etag: true,
  setHeaders(response, pathname) {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', pathname.includes('/_astro/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (values.plain) return;
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  },
});

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (!path.startsWith(values.base)) {
    response.writeHead(302, { Location: values.base }).end();
    return;
  }
  request.url = `/${path.slice(values.base.length)}`;
  files(request, response, () => response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found'));
});
server.on('error', (error) => {
  console.error(error.code === 'EADDRINUSE' ? `Port ${values.port} is taken. Choose another: npm run serve -- --port 4322` : error.message);
  process.exit(1);
});
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(
    `\n  Plumbline is ready: http://localhost:${values.port}${values.base}\n  The lesson: http://localhost:${values.port}${values.base}3-continuous-delivery/3-ship-a-better-leaf/\n`,
  );
});
