import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { environment, GLOBAL_CONFIG, ORIGIN_HOST, type LineResult } from './shared.ts';
import type { Scenario } from './scenarios.ts';

/** Runs a scenario with native git below `root` (made empty first). */
export async function runNative(scenario: Scenario, root: string): Promise<readonly LineResult[]> {
  rmSync(root, { recursive: true, force: true });
  for (const folder of ['home', 'work', 'origins', 'state']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'home/.gitconfig'), GLOBAL_CONFIG);
  for (const name of scenario.origins) {
    const bare = join(root, 'origins', `${name}.git`);
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare]);
    execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
  }
  const proxy = scenario.origins.length > 0 ? await serveOrigins(join(root, 'origins')) : null;
  try {
    const results: LineResult[] = [];
    for (const [index, line] of scenario.lines.entries()) results.push(await runLine(line, index, root, proxy?.url));
    return results;
  } finally {
    proxy?.server.close();
  }
}

/** One `bash -c` per line; the working directory is carried over through a file. */
function runLine(line: string, index: number, root: string, proxy: string | undefined): Promise<LineResult> {
  const place = join(root, 'state/cwd');
  let cwd: string;
  try {
    cwd = realpathSync(readFileSync(place, 'utf8').trimEnd());
  } catch {
    cwd = join(root, 'work');
  }
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    ...environment(index, root),
    ...(proxy ? { http_proxy: proxy } : {}),
  };
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', `${line}\nstatus=$?; pwd > ${place}; exit $status`],
      { cwd, env, encoding: 'utf8' },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ line, stdout, stderr, exitCode });
      },
    ).stdin?.end();
  });
}

/** git http-backend behind a forward proxy, so that the same URL names the origin for both gits. */
async function serveOrigins(projectRoot: string): Promise<{ readonly server: Server; readonly url: string }> {
  const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${ORIGIN_HOST}`);
    if (url.host !== ORIGIN_HOST) {
      response.writeHead(502).end();
      return;
    }
    const cgi = spawn(backend, {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: projectRoot,
        GIT_HTTP_EXPORT_ALL: '1',
        REMOTE_USER: 'ada',
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        ...(request.headers['content-encoding'] ? { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] } : {}),
        ...(request.headers['git-protocol'] ? { GIT_PROTOCOL: String(request.headers['git-protocol']) } : {}),
      },
    });
    request.pipe(cgi.stdin);
    const chunks: Buffer[] = [];
    cgi.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    cgi.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      const headers: Record<string, string> = {};
      for (const header of answer.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = header.split(/: (.*)/);
        headers[name.toLowerCase()] = value;
      }
      response.writeHead(Number.parseInt(headers['status'] ?? '200', 10), headers);
      response.end(answer.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
}
