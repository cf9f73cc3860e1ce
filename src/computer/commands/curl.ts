/** `curl` and `wget`, which reach the company's own hosts and no others. */
import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import type { ServiceRequest, ServiceResponse } from '../contract.ts';
import { fromLatin1, toLatin1 } from '../files/content.ts';
import { parentPath, resolvePath } from '../files/path.ts';
import type { CommandHost } from './host.ts';
import { readOptions, type Options } from './options.ts';
import { failed } from './result.ts';

const SYNTAX = {
  letters: 'sSfiILOvko:X:d:J:H:w:A:u:m:r:',
  names: {
    silent: 's',
    'show-error': 'S',
    fail: 'f',
    include: 'i',
    head: 'I',
    location: 'L',
    'remote-name': 'O',
    verbose: 'v',
    output: 'o',
    request: 'X',
    data: 'd',
    'data-raw': 'd',
    'data-binary': 'd',
    json: 'J',
    header: 'H',
    'write-out': 'w',
    'user-agent': 'A',
    user: 'u',
    'max-time': 'm',
    retry: 'r',
  },
};
const MOST_REDIRECTS = 50;
const OWN_HOSTS = 'This computer reaches only the company’s own hosts.';

/** What curl ends with: its own exit code and words. */
class CurlError extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Exchange {
  readonly request: ServiceRequest;
  readonly response: ServiceResponse;
}

export async function curl(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, SYNTAX);
  if (typeof options === 'string') return failed(`curl: ${options}\ncurl: try 'curl --help' for more information\n`, 2);
  const { flags, operands } = options;
  if (operands.length === 0) return failed("curl: (2) no URL specified\ncurl: try 'curl --help' for more information\n", 2);
  let stdout = '';
  let stderr = '';
  let exitCode = 0;
  for (const operand of operands) {
    try {
      const exchanges = await converse(host, options, operand, ctx);
      const { request, response } = exchanges.at(-1)!;
      if (flags.has('v')) stderr += exchanges.map(conversation).join('');
      if (flags.has('f') && response.status >= 400) throw new CurlError(22, `The requested URL returned error: ${response.status}`);
      const shows = flags.has('i') || flags.has('I');
      const text =
        (shows ? exchanges.map((each) => headText(each.response)).join('') : '') + (flags.has('I') ? '' : toLatin1(response.body));
      const output = flags.get('o') ?? (flags.has('O') ? remoteName(request.url) : undefined);
      if (output === undefined || output === '-') stdout += text;
      else await save(resolvePath(ctx.cwd, output), text, ctx);
      stdout += written(flags.get('w') ?? '', request.url, response);
    } catch (error) {
      if (!(error instanceof CurlError)) throw error;
      exitCode = error.exitCode;
      if (error.exitCode !== 22) stdout += written(flags.get('w') ?? '', operand, null);
      if (!flags.has('s') || flags.has('S')) stderr += `curl: (${exitCode}) ${error.message}\n`;
    }
  }
  return { stdout, stdoutKind: 'bytes', stdoutEncoding: 'binary', stderr, exitCode };
}

async function converse(host: CommandHost, options: Options, operand: string, ctx: ResolvedCommandContext): Promise<readonly Exchange[]> {
  const { flags } = options;
  let request = requestOf(host, options, operand, ctx);
  const exchanges: Exchange[] = [];
  for (;;) {
    const response = await send(host, request);
    exchanges.push({ request, response });
    const location = response.headers['location'];
    if (!flags.has('L') || location === undefined || response.status < 300 || response.status > 399) return exchanges;
    if (exchanges.length > MOST_REDIRECTS) throw new CurlError(47, `Maximum (${MOST_REDIRECTS}) redirects followed`);
    const keeps = response.status === 307 || response.status === 308 || request.method === 'HEAD' || flags.has('X');
    const url = new URL(location, request.url).href;
    request = keeps ? { ...request, url } : { ...request, url, method: 'GET', body: new Uint8Array() };
  }
}

function requestOf(host: CommandHost, { flags, all }: Options, operand: string, ctx: ResolvedCommandContext): ServiceRequest {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(operand) ? operand : `http://${operand}`;
  if (!/^https?:/i.test(address)) throw new CurlError(1, `Protocol "${address.split(':')[0]}" not supported`);
  if (!URL.canParse(address)) throw new CurlError(3, 'URL rejected: Malformed input to a URL function');
  const data = [...(all.get('d') ?? []), ...(all.get('J') ?? [])].map((text) => dataText(host, text, ctx));
  const body = fromLatin1(data.join(flags.has('J') ? '' : '&'));
  const headers: Record<string, string> = { accept: '*/*', 'user-agent': flags.get('A') ?? 'curl/8.14.1' };
  if (flags.has('J')) Object.assign(headers, { 'content-type': 'application/json', accept: 'application/json' });
  else if (data.length > 0) headers['content-type'] = 'application/x-www-form-urlencoded';
  if (flags.has('u')) headers['authorization'] = `Basic ${btoa(flags.get('u')!)}`;
  for (const line of all.get('H') ?? []) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  const method = flags.get('X') ?? (flags.has('I') ? 'HEAD' : data.length > 0 ? 'POST' : 'GET');
  return { method, url: new URL(address).href, headers, body };
}

/** `@file` and `@-` stand for what they hold; one character for each byte. */
function dataText(host: CommandHost, text: string, ctx: ResolvedCommandContext): string {
  if (text === '@-') return ctx.stdin as unknown as string;
  if (!text.startsWith('@')) return toLatin1(new TextEncoder().encode(text));
  const path = resolvePath(ctx.cwd, text.slice(1));
  if (!host.files.existsSync(path)) throw new CurlError(26, `Failed to open ${text.slice(1)}`);
  return toLatin1(host.files.readSync(path));
}

async function send(host: CommandHost, request: ServiceRequest): Promise<ServiceResponse> {
  const { hostname, port, protocol } = new URL(request.url);
  const answer = await untilInterrupted(host, host.services.fetch(request));
  if (answer?.status === 0) throw new CurlError(52, 'Empty reply from server');
  if (answer !== null) return answer;
  if (hostname === 'localhost' || hostname === '127.0.0.1') {
    const number = port || (protocol === 'https:' ? '443' : '80');
    throw new CurlError(7, `Failed to connect to ${hostname} port ${number} after 0 ms: Could not connect to server`);
  }
  throw new CurlError(6, `Could not resolve host: ${hostname}\n${OWN_HOSTS}`);
}

/** Ctrl+C does not wait for an answer. */
function untilInterrupted<T>(host: CommandHost, work: Promise<T>): Promise<T> {
  const signal = host.signal();
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new CurlError(130, 'interrupted')), { once: true });
    work.then(resolve, reject);
  });
}

function headText({ status, reason, headers }: ServiceResponse): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`;
}

function conversation({ request, response }: Exchange): string {
  const { host, pathname, search } = new URL(request.url);
  const asked = [`${request.method} ${pathname}${search} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(request.headers)) asked.push(`${name}: ${value}`);
  const answered = headText(response).split('\r\n').slice(0, -1);
  return [...asked.map((line) => `> ${line}\n`), '> \n', ...answered.map((line) => `< ${line}\n`)].join('');
}

/** `-w`, with the variables that scripts use. */
function written(format: string, url: string, response: ServiceResponse | null): string {
  const values: Readonly<Record<string, string>> = {
    http_code: response === null ? '000' : String(response.status).padStart(3, '0'),
    response_code: response === null ? '000' : String(response.status).padStart(3, '0'),
    content_type: response?.headers['content-type'] ?? '',
    size_download: String(response?.body.length ?? 0),
    url_effective: url,
  };
  return format
    .replace(/%\{(\w+)\}/g, (_, name: string) => (Object.hasOwn(values, name) ? values[name]! : ''))
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t');
}

function remoteName(url: string): string {
  const { pathname } = new URL(url);
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  if (name === '') throw new CurlError(23, 'Remote file name has no length');
  return name;
}

async function save(path: string, text: string, { fs }: ResolvedCommandContext): Promise<void> {
  if (!(await fs.exists(parentPath(path)))) throw new CurlError(23, 'client returned ERROR on write, no such directory');
  await fs.writeFile(path, fromLatin1(text));
}

export async function wget(host: CommandHost, args: readonly string[], ctx: ResolvedCommandContext): Promise<ExecResult> {
  const options = readOptions(args, { letters: 'qO:P:', names: { quiet: 'q', 'output-document': 'O', 'directory-prefix': 'P' } });
  if (typeof options === 'string') return failed(`wget: ${options}\n`, 2);
  const { flags, operands } = options;
  if (operands.length === 0) return failed("wget: missing URL\nTry 'wget --help' for more options.\n", 1);
  let stdout = '';
  let stderr = '';
  for (const operand of operands) {
    try {
      const { request, response } = (await converse(host, { flags: new Map([['L', '']]), all: new Map(), operands: [] }, operand, ctx)).at(
        -1,
      )!;
      if (response.status >= 400) return failed(`${stderr}${flags.has('q') ? '' : `ERROR ${response.status}: ${response.reason}.\n`}`, 8);
      const { pathname } = new URL(request.url);
      const name = flags.get('O') ?? (pathname.slice(pathname.lastIndexOf('/') + 1) || 'index.html');
      const text = toLatin1(response.body);
      if (name === '-') stdout += text;
      else await save(resolvePath(resolvePath(ctx.cwd, flags.get('P') ?? '.'), name), text, ctx);
      if (!flags.has('q'))
        stderr += `${request.url}: ${response.status} ${response.reason}, ${response.body.length} bytes, saved to '${name}'\n`;
    } catch (error) {
      if (!(error instanceof CurlError)) throw error;
      const said =
        error.exitCode === 6
          ? `wget: unable to resolve host address '${new URL(/:\/\//.test(operand) ? operand : `http://${operand}`).hostname}'\n${OWN_HOSTS}\n`
          : `wget: ${error.message}\n`;
      return failed(`${stderr}${flags.has('q') ? '' : said}`, 4);
    }
  }
  return { stdout, stdoutKind: 'bytes', stdoutEncoding: 'binary', stderr, exitCode: 0 };
}
