import { afterAll, describe, expect, it } from 'vitest';
import type { Computer, ServiceRequest, Services } from '../../src/computer/contract.ts';
import { createPythonHost } from '../../src/platform/node/platform.ts';
import { computerWith, Terminal } from './support/terminal.ts';

const python = createPythonHost();
afterAll(() => python.dispose());

/** Starts `line` in a terminal of its own; resolves once it has printed `sign` on either stream. */
async function started(computer: Computer, line: string, sign: string) {
  let shown = '';
  let begun = () => {};
  const begins = new Promise<void>((resolve) => (begun = resolve));
  const terminal = new Terminal(computer, {
    interactive: true,
    onOutput: (_stream, text) => {
      shown += text;
      if (shown.includes(sign)) begun();
    },
  });
  const running = terminal.type(line);
  await begins;
  return { terminal, running, shown: () => shown };
}

const API = `
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Api(BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers['Content-Length'])).decode()
        if text == 'crash':
            raise ValueError(text)
        body = json.dumps({'path': self.path, 'got': text, 'type': self.headers['Content-Type']}).encode()
        self.send_response(201)
        self.send_header('Content-Type', 'application/json')
        self.end_headers()
        self.wfile.write(body)

server = HTTPServer(('localhost', int(sys.argv[1])), Api)
print('on', server.server_port, flush=True)
server.serve_forever()
`;

describe('a server in Python', () => {
  it('serves files as they are now, logs, and ends with Ctrl+C', async () => {
    const computer = computerWith({ python });
    const other = new Terminal(computer);
    await other.type('mkdir site; echo hello > site/index.html');
    const server = await started(computer, 'cd site; python3 -m http.server 8000; echo $?', 'Serving HTTP');
    expect(
      await other.type('curl -s localhost:8000; echo changed > site/index.html; curl -sI http://127.0.0.1:8000/index.html | head -1'),
    ).toEqual({
      stdout: 'hello\nHTTP/1.1 200 OK\r\n',
      stderr: '',
      exitCode: 0,
      cwd: '/home/you',
    });
    expect(await other.type('curl -s localhost:8000; curl -s -o /dev/null -w "%{http_code}\\n" localhost:8000/none')).toMatchObject({
      stdout: 'changed\n404\n',
    });
    expect(await other.type('python3 -m http.server 8000')).toMatchObject({
      stderr: expect.stringMatching(/\nOSError: \[Errno 98\] Address already in use\n$/),
      exitCode: 1,
    });
    server.terminal.session.interrupt();
    const { stdout, stderr } = await server.running;
    const date = '127\\.0\\.0\\.1 - - \\[02/Mar/2026 09:00:\\d\\d\\] ';
    expect(stdout).toBe('Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...\n\nKeyboard interrupt received, exiting.\n0\n');
    expect(stderr).toMatch(
      new RegExp(
        `^${date}"GET / HTTP/1\\.1" 200 -\n${date}"HEAD /index\\.html HTTP/1\\.1" 200 -\n${date}"GET / HTTP/1\\.1" 200 -\n` +
          `${date}code 404, message File not found\n${date}"GET /none HTTP/1\\.1" 404 -\n$`,
      ),
    );
    expect(await other.type('curl -sS localhost:8000')).toMatchObject({
      stderr: 'curl: (7) Failed to connect to localhost port 8000 after 0 ms: Could not connect to server\n',
      exitCode: 7,
    });
    for (const { session } of [other, server.terminal]) session.close();
  });

  it('of one’s own answers curl and Python, and frees its port when it is killed', async () => {
    const computer = computerWith({ python });
    computer.files.writeSync('/home/you/api.py', new TextEncoder().encode(API));
    const server = await started(computer, 'python3 api.py 0', 'on 32768');
    const other = new Terminal(computer);
    expect(await other.type('curl -s -i -d a=1 localhost:32768/x?y=2')).toMatchObject({
      stdout: expect.stringMatching(
        /^HTTP\/1\.1 201 Created\r\nserver: BaseHTTP[^]*\r\n\r\n\{"path": "\/x\?y=2", "got": "a=1", "type": "application\/x-www-form-urlencoded"\}$/,
      ),
    });
    expect(
      await other.type(
        `python3 -c 'import urllib.request as u, json; r = u.urlopen("http://localhost:32768/z", data=b"b"); print(r.status, json.load(r)["got"])'`,
      ),
    ).toMatchObject({ stdout: '201 b\n', stderr: '' });
    expect(await other.type('curl -sS -d crash localhost:32768')).toMatchObject({
      stderr: 'curl: (52) Empty reply from server\n',
      exitCode: 52,
    });
    expect(server.shown()).toContain('ValueError: crash');
    server.terminal.session.close();
    await server.running;
    expect(await other.type('curl -s localhost:32768')).toMatchObject({ exitCode: 7 });
    other.session.close();
  });

  it('may be a WSGI application', async () => {
    const computer = computerWith({ python });
    const app = `
from wsgiref.simple_server import make_server
def app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [environ['REQUEST_METHOD'].encode(), b' ', environ['PATH_INFO'].encode()]
with make_server('', 8080, app) as server:
    print('ready', flush=True)
    server.handle_request()
`;
    computer.files.writeSync('/home/you/app.py', new TextEncoder().encode(app));
    const server = await started(computer, 'python3 app.py', 'ready');
    const other = new Terminal(computer);
    expect(await other.type('curl -s localhost:8080/leaf')).toMatchObject({ stdout: 'GET /leaf' });
    expect((await server.running).exitCode).toBe(0);
    for (const { session } of [other, server.terminal]) session.close();
  });
});

describe('a client in Python', () => {
  const asked: ServiceRequest[] = [];
  const services: Services = {
    async fetch(request) {
      if (new URL(request.url).hostname !== 'api.fieldleaf.test') return null;
      asked.push(request);
      return {
        status: 200,
        reason: 'OK',
        headers: { 'content-type': 'text/plain' },
        body: new TextEncoder().encode(`${request.method} ok`),
      };
    },
  };
  const get = (url: string) => `python3 -c 'import urllib.request as u; print(u.urlopen("${url}").read())'`;

  it('reaches the company’s hosts, and says what it does not reach', async () => {
    const terminal = new Terminal(computerWith({ python, services }));
    expect(await terminal.type(get('http://api.fieldleaf.test/v1?q=1'))).toMatchObject({ stdout: "b'GET ok'\n", stderr: '' });
    expect(asked.map(({ method, url, headers }) => [method, url, headers['user-agent']])).toEqual([
      ['GET', 'http://api.fieldleaf.test/v1?q=1', 'Python-urllib/3.14'],
    ]);
    await terminal.type(get('https://api.fieldleaf.test/secret'));
    expect(asked.at(-1)?.url).toBe('https://api.fieldleaf.test/secret');
    expect((await terminal.type(get('http://localhost:9'))).stderr).toMatch(
      /URLError: <urlopen error \[Errno 111\] Connection refused>\n$/,
    );
    expect((await terminal.type(get('http://example.com'))).stderr).toMatch(
      /URLError: <urlopen error \[Errno -2\] Name or service not known>\npython3: this computer reaches only itself and the company's own hosts\.\n$/,
    );
    terminal.session.close();
  });

  it('and a server are refused in words where a program cannot wait', async () => {
    const apart = createPythonHost({ waiting: false });
    const terminal = new Terminal(computerWith({ python: apart, services }));
    for (const line of [get('http://api.fieldleaf.test'), 'python3 -m http.server'])
      expect(await terminal.type(line)).toMatchObject({
        stderr: expect.stringMatching(/Network is down.*\npython3: on this page a program cannot wait for others on the network, because/),
        exitCode: 1,
      });
    terminal.session.close();
    apart.dispose();
  });
});
