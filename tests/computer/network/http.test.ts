import { expect, test } from 'vitest';
import { requestBytes, requestOf, responseBytes, responseOf } from '../../../src/computer/network/http.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const text = (message: Uint8Array) => Buffer.from(message).toString('latin1');
const address = { scheme: 'http', host: 'leaf.test', port: 80 } as const;

test('a request as a server reads it', () => {
  const request = { method: 'POST', url: 'http://localhost:8000/a?b=c', headers: { 'content-type': 'text/plain' }, body: bytes('hi') };
  expect(text(requestBytes(request))).toBe(
    'POST /a?b=c HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi',
  );
  expect(text(requestBytes({ ...request, method: 'GET', body: bytes('') }))).not.toContain('Content-Length');
});

test.each<readonly [message: string, address: Parameters<typeof requestOf>[1], url: string | null, body: string]>([
  ['GET /a HTTP/1.1\r\nHost: x\r\n\r\n', address, 'http://leaf.test/a', ''],
  ['GET /a HTTP/1.0\r\n\r\n', { ...address, scheme: 'https', port: 8443 }, 'https://leaf.test:8443/a', ''],
  ['GET http://other.test/b HTTP/1.1\r\n\r\n', address, 'http://other.test/b', ''],
  ['PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\n\r\n\r\n0\r\n\r\n', address, 'http://leaf.test/', 'abc\r\n'],
  ['hello\r\n\r\n', address, null, ''],
  ['GET /a HTTP/1.1\r\n\r\n', { ...address, host: '' }, null, ''],
])('what a client has sent: %j', (message, to, url, body) => {
  const request = requestOf(bytes(message), to);
  expect(request && { url: request.url, body: text(request.body) }).toEqual(url && { url, body });
});

test('a response goes through unchanged, fields that come twice as one', () => {
  const response = { status: 404, reason: 'Not Found', headers: { 'content-length': '2', 'x-a': 'b' }, body: bytes('no') };
  expect(responseOf(responseBytes(response))).toEqual({ ...response, body: new Uint8Array(response.body) });
  expect(responseOf(bytes('HTTP/1.0 200 OK\r\nA: 1\r\nA: 2\r\n\r\n'))).toMatchObject({ status: 200, headers: { a: '1, 2' } });
  expect([responseOf(bytes('')), responseOf(bytes('no head'))]).toEqual([null, null]);
});
