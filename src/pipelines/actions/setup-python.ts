import * as durations from '../durations.ts';
import { ActionFailure, type ActionCall } from './action.ts';
import { resolve } from './glob.ts';

/** The Python that the runner has. It comes with the runner's image, as its own version of Pyodide does. */
export const PYTHON_VERSION = '3.14.2';

/** `actions/setup-python`: says which Python there is, and says it loudly when another one was asked for. */
export async function setupPython(call: ActionCall): Promise<void> {
  const asked = askedVersions(call);
  await call.takes(durations.SETUP_PYTHON);
  const unmet = asked.filter((version) => !satisfies(PYTHON_VERSION, version));
  if (unmet.length > 0) {
    call.warn(
      `Python ${unmet.join(' and ')} was asked for; this runner has ${PYTHON_VERSION} only, and the job goes on with it. Ask for '${PYTHON_VERSION.split('.').slice(0, 2).join('.')}' to say what runs.`,
    );
  }
  call.group('Installed versions', [`Successfully set up CPython (${PYTHON_VERSION})`]);
  call.exportVariable('pythonLocation', '/opt/hostedtoolcache/Python/3.14.2/x64');
  call.setOutput('python-version', PYTHON_VERSION);
  call.setOutput('python-path', '/usr/bin/python');
  call.setOutput('cache-hit', 'false');
}

function askedVersions(call: ActionCall): readonly string[] {
  const written = call
    .input('python-version')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (written.length > 0) return written;
  const file = call.input('python-version-file').trim();
  if (file === '') {
    call.warn("Neither 'python-version' nor 'python-version-file' inputs were supplied. Attempting to find '.python-version' file.");
    const found = `${call.workspace}/.python-version`;
    return call.computer.files.existsSync(found) ? versionsIn(new TextDecoder().decode(call.computer.files.readSync(found))) : [];
  }
  const path = resolve(call.workspace, file);
  if (!call.computer.files.existsSync(path)) throw new ActionFailure(`The specified python version file at: ${path} doesn't exist.`);
  const text = new TextDecoder().decode(call.computer.files.readSync(path));
  const required = /^\s*requires-python\s*=\s*["']([^"']+)["']/m.exec(text)?.[1];
  return path.endsWith('.toml') ? (required === undefined ? [] : [required]) : versionsIn(text);
}

function versionsIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** `3.14`, `3.x`, `3.14.2`, `>=3.12 <4`, `~=3.12`, `^3.12`; several conditions stand behind commas or spaces. */
export function satisfies(version: string, asked: string): boolean {
  const conditions = asked
    .replace(/-dev$/, '')
    .replace(/([<>=~^!]=?)\s+/g, '$1')
    .split(/[,\s]+/);
  return conditions.every((condition) => condition === '' || meets(version, condition));
}

function meets(version: string, asked: string): boolean {
  const [, operator = '', numbers = ''] = /^(>=|<=|==|!=|~=|>|<|=|\^|~)?\s*v?(.*)$/.exec(asked) ?? [];
  const have = version.split('.').map(Number);
  const want = numbers
    .split('.')
    .filter((part) => !/^[x*]$/.test(part))
    .map(Number);
  if (want.some(Number.isNaN)) return false;
  const startsLike = want.every((part, index) => have[index] === part);
  const order = compare(have, want);
  switch (operator) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0 || startsLike;
    case '>':
      return order > 0 && !startsLike;
    case '<':
      return order < 0;
    case '!=':
      return !startsLike;
    case '^':
      return order >= 0 && have[0] === want[0];
    case '~':
    case '~=':
      return order >= 0 && want.slice(0, Math.max(1, want.length - 1)).every((part, index) => have[index] === part);
    default:
      return startsLike;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
