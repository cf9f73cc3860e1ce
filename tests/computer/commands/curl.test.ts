import { afterEach, describe, expect, it } from 'vitest';
import type { ServiceRequest, Services } from '../../../src/computer/contract.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

const asked: ServiceRequest[] = [];
afterEach(() => void (asked.length = 0));

const text = (body: string) => new TextEncoder().encode(body);

/** One service, with an address that has moved. */
const services: Services = {
  async fetch(request) {
    asked.push(request);
    const { hostname, pathname } = new URL(request.url);
    if (hostname !== 'leaf.fieldleaf.test') return null;
    if (pathname === '/old') return { status: 302, reason: 'Found', headers: { location: '/health' }, body: text('') };
    if (pathname !== '/health') return { status: 404, reason: 'Not Found', headers: {}, body: text('no such page\n') };
    return { status: 200, reason: 'OK', headers: { 'content-type': 'application/json' }, body: text('{"ok":true}') };
  },
};

async function answer(line: string) {
  const terminal = new Terminal(computerWith({ services }));
  const { stdout, stderr, exitCode } = await terminal.type(line);
  terminal.session.close();
  return [stdout, stderr, exitCode];
}

const HEALTH = 'https://leaf.fieldleaf.test/health';
const ONLY_OWN = 'This computer reaches only the company’s own hosts.\n';

describe('curl', () => {
  it.each([
    [`curl -s ${HEALTH}`, '{"ok":true}', '', 0],
    [`curl -s -o /dev/null -w '%{http_code}\\n' ${HEALTH}x`, '404\n', '', 0],
    [`curl -sf ${HEALTH}x`, '', '', 22],
    [`curl -sSf ${HEALTH}x`, '', 'curl: (22) The requested URL returned error: 404\n', 22],
    [`curl -sI ${HEALTH}`, 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n', '', 0],
    ['curl -sL https://leaf.fieldleaf.test/old', '{"ok":true}', '', 0],
    [`curl -sO ${HEALTH} && cat health`, '{"ok":true}', '', 0],
    [`curl -s ${HEALTH} | jq .ok`, 'true\n', '', 0],
    ['curl https://example.com', '', `curl: (6) Could not resolve host: example.com\n${ONLY_OWN}`, 6],
    ['curl -s https://example.com', '', '', 6],
    ['curl localhost:8000', '', 'curl: (7) Failed to connect to localhost port 8000 after 0 ms: Could not connect to server\n', 7],
    ['curl ftp://example.com', '', 'curl: (1) Protocol "ftp" not supported\n', 1],
    ['curl --http3 x', '', "curl: unrecognized option '--http3'\ncurl: try 'curl --help' for more information\n", 2],
    ['wget -qO- https://leaf.fieldleaf.test/health', '{"ok":true}', '', 0],
    ['wget https://example.com/a', '', `wget: unable to resolve host address 'example.com'\n${ONLY_OWN}`, 4],
  ])('%s', async (line, stdout, stderr, exitCode) => {
    expect(await answer(line)).toEqual([stdout, stderr, exitCode]);
  });

  it('sends what it is told to', async () => {
    await answer(`echo '{"a":1}' > body; curl -s --json @body -H 'X-Trace: 7' ${HEALTH}; curl -s -X PUT -d a=1 -d b=2 ${HEALTH}`);
    expect(
      asked.map(({ method, body, headers }) => [method, new TextDecoder().decode(body), headers['content-type'], headers['x-trace']]),
    ).toEqual([
      ['POST', '{"a":1}\n', 'application/json', '7'],
      ['PUT', 'a=1&b=2', 'application/x-www-form-urlencoded', undefined],
    ]);
  });

  it('reaches nothing where the world gives nothing', async () => {
    const terminal = new Terminal();
    expect(await terminal.type('curl -sS leaf.fieldleaf.test')).toMatchObject({
      stderr: `curl: (6) Could not resolve host: leaf.fieldleaf.test\n${ONLY_OWN}`,
      exitCode: 6,
    });
    terminal.session.close();
  });
});
