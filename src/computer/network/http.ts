/** HTTP/1.1 messages as bytes, as a program's sockets carry them. */
import type { PythonAddress } from '../../platform/platform.ts';
import type { ServiceRequest, ServiceResponse } from '../contract.ts';
import { fromLatin1, toLatin1 } from '../files/content.ts';

/** A request as a server reads it; the connection is for this one only. */
export function requestBytes({ method, url, headers, body }: ServiceRequest): Uint8Array {
  const { host, pathname, search } = new URL(url);
  const fields: Record<string, string> = { host, ...headers, connection: 'close' };
  if (body.length > 0 || /^(?:POST|PUT|PATCH)$/.test(method)) fields['content-length'] = String(body.length);
  return joined(`${method} ${pathname}${search} HTTP/1.1\r\n${fieldLines(fields)}\r\n`, body);
}

/** What a client has sent to an address; null where it is no request. */
export function requestOf(bytes: Uint8Array, { scheme, host, port }: PythonAddress): ServiceRequest | null {
  const message = parted(bytes);
  const [, method, target] = /^(\S+) (\S+) HTTP\/1\.\d$/.exec(message.line) ?? [];
  if (method === undefined || target === undefined) return null;
  const url = target.includes('://') ? target : `${scheme}://${host}:${port}${target}`;
  if (!URL.canParse(url)) return null;
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = message.headers;
  return { method, url: new URL(url).href, headers, body: message.body };
}

/** A response as a client reads it. */
export function responseBytes({ status, reason, headers, body }: ServiceResponse): Uint8Array {
  const fields = { 'content-length': String(body.length), ...headers };
  return joined(`HTTP/1.1 ${status} ${reason}\r\n${fieldLines(fields)}\r\n`, body);
}

/** What a server has sent; null where it is no response. */
export function responseOf(bytes: Uint8Array): ServiceResponse | null {
  const { line, headers, body } = parted(bytes);
  const [, status, reason = ''] = /^HTTP\/1\.\d (\d{3}) ?(.*)$/.exec(line) ?? [];
  return status === undefined ? null : { status: Number(status), reason, headers, body };
}

interface Message {
  readonly line: string;
  /** Names in lower case; a field that comes twice is one with a comma (RFC 9110, section 5.3). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

function parted(bytes: Uint8Array): Message {
  const text = toLatin1(bytes);
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...fields] = (end === -1 ? text : text.slice(0, end)).split('\r\n');
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).trim();
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  const body = end === -1 ? new Uint8Array(0) : bytes.slice(end + 4);
  if (!/chunked/i.test(headers['transfer-encoding'] ?? '')) return { line, headers, body };
  const { 'transfer-encoding': _encoding, ...rest } = headers;
  return { line, headers: rest, body: unchunked(body) };
}

/** RFC 9112, section 7.1. */
function unchunked(bytes: Uint8Array): Uint8Array {
  const text = toLatin1(bytes);
  let whole = '';
  for (let at = 0; ;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (lineEnd === -1 || !(size > 0)) return fromLatin1(whole);
    whole += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

function fieldLines(fields: Readonly<Record<string, string>>): string {
  const shown = (name: string) => name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
  return Object.entries(fields)
    .map(([name, value]) => `${shown(name)}: ${value}\r\n`)
    .join('');
}

function joined(head: string, body: Uint8Array): Uint8Array {
  const start = fromLatin1(head);
  const whole = new Uint8Array(start.length + body.length);
  whole.set(start);
  whole.set(body, start.length);
  return whole;
}
