/** A folder of installed packages: what is in it, and how packages come and go (PEP 376, PEP 427). */
import { strFromU8, strToU8 } from 'fflate';
import type { FileSystem } from '../contract.ts';
import { parentPath, resolvePath } from '../files/path.ts';
import { normalName } from './versions.ts';
import { metadataOf, type Wheel } from './wheel.ts';

/** Where packages and their commands go. */
export interface SiteFolders {
  readonly packages: string;
  readonly bin: string;
  /** The root of the virtual environment that they are in. */
  readonly environment: string | null;
}

export interface Installed {
  readonly name: string;
  readonly key: string;
  readonly version: string;
  readonly summary: string;
  readonly homepage: string;
  readonly author: string;
  readonly license: string;
  /** `Requires-Dist` as written. */
  readonly requires: readonly string[];
  /** Absolute paths of what was installed. */
  readonly files: readonly string[];
  readonly location: string;
}

/** The folders of a person's own packages, or of the virtual environment that is active. */
export function siteFolders(env: Readonly<Record<string, string>>, home: string): SiteFolders {
  const root = env['VIRTUAL_ENV'] || `${home}/.local`;
  return { packages: `${root}/lib/python3.14/site-packages`, bin: `${root}/bin`, environment: env['VIRTUAL_ENV'] || null };
}

/** What is installed, by name. */
export function installedIn(files: FileSystem, { packages }: SiteFolders): readonly Installed[] {
  if (!files.existsSync(packages)) return [];
  return files
    .listSync(packages)
    .filter((name) => name.endsWith('.dist-info') && files.existsSync(`${packages}/${name}/METADATA`))
    .map((name) => installedFrom(files, packages, name))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function installedFrom(files: FileSystem, packages: string, distInfo: string): Installed {
  const fields = metadataOf(strFromU8(files.readSync(`${packages}/${distInfo}/METADATA`)));
  const one = (field: string): string => fields.get(field)?.[0] ?? '';
  const record = `${packages}/${distInfo}/RECORD`;
  const recorded = files.existsSync(record) ? strFromU8(files.readSync(record)).split(/\r?\n/) : [];
  return {
    name: one('name'),
    key: normalName(one('name')),
    version: one('version'),
    summary: one('summary'),
    homepage: one('home-page') || one('project-url').replace(/^[^,]*,\s*/, ''),
    author: one('author') || one('author-email'),
    license: one('license-expression') || one('license'),
    requires: fields.get('requires-dist') ?? [],
    files: recorded.flatMap((line) => (line === '' ? [] : [resolvePath(packages, pathIn(line))])),
    location: packages,
  };
}

/** The path in a line of RECORD, which is CSV. */
function pathIn(line: string): string {
  return line.startsWith('"') ? line.slice(1, line.indexOf('",')).replaceAll('""', '"') : line.slice(0, line.indexOf(','));
}

/** Puts a wheel's files in their places, with the commands that it brings. */
export function installWheel(files: FileSystem, folders: SiteFolders, wheel: Wheel, requested: boolean): void {
  const distInfo = Object.keys(wheel.files)
    .find((path) => /^[^/]+\.dist-info\//.test(path))!
    .split('/', 1)[0]!;
  const written: string[] = [];
  const write = (path: string, bytes: Uint8Array, mode = 0o644): void => {
    files.writeSync(path, bytes, mode);
    written.push(path);
  };
  for (const [path, bytes] of Object.entries(wheel.files)) {
    if (path === `${distInfo}/RECORD`) continue;
    const [, scheme, rest] = /^[^/]+\.data\/([^/]+)\/(.*)$/s.exec(path) ?? [];
    if (scheme === 'scripts')
      write(`${folders.bin}/${rest}`, strToU8(strFromU8(bytes).replace(/^#!python[^\n]*/, '#!/usr/bin/python3')), 0o755);
    else if (scheme === undefined || scheme === 'purelib' || scheme === 'platlib') write(`${folders.packages}/${rest ?? path}`, bytes);
    else if (scheme === 'data') write(`${parentPath(folders.bin)}/${rest}`, bytes);
  }
  for (const [name, target] of consoleScripts(wheel, distInfo))
    write(`${folders.bin}/${name}`, strToU8(launcher(`${folders.bin}/${name}`, target, folders.environment)), 0o755);
  write(`${folders.packages}/${distInfo}/INSTALLER`, strToU8('pip\n'));
  if (requested) write(`${folders.packages}/${distInfo}/REQUESTED`, new Uint8Array(0));
  const record = `${folders.packages}/${distInfo}/RECORD`;
  const relative = (path: string): string =>
    path.startsWith(`${folders.packages}/`)
      ? path.slice(folders.packages.length + 1)
      : `../../..${path.slice(parentPath(folders.bin).length)}`;
  const line = (path: string): string => (relative(path).includes(',') ? `"${relative(path)}",,\n` : `${relative(path)},,\n`);
  files.writeSync(record, strToU8([...written, record].map(line).join('')));
}

function consoleScripts(wheel: Wheel, distInfo: string): readonly (readonly [name: string, target: string])[] {
  const entryPoints = wheel.files[`${distInfo}/entry_points.txt`];
  if (entryPoints === undefined) return [];
  const [, section = ''] = /^\[console_scripts\]\s*$([^[]*)/m.exec(strFromU8(entryPoints)) ?? [];
  return [...section.matchAll(/^\s*([^\s=]+)\s*=\s*([\w.]+:[\w.]+)/gm)].map(([, name = '', target = '']) => [name, target] as const);
}

/** A command's script: in the shell's words, because a name that is looked up on PATH is run by the shell whatever its first line says. */
function launcher(path: string, target: string, environment: string | null): string {
  const [module = '', callable = ''] = target.split(':');
  const [first = ''] = callable.split('.');
  const program = `import sys; sys.argv[0] = "${path}"; from ${module} import ${first}; sys.exit(${callable}())`;
  return `#!/bin/bash\n${environment === null ? '' : `export VIRTUAL_ENV='${environment}'\n`}/usr/bin/python3 -c '${program}' "$@"\n`;
}

/** Takes a package's files away, and the folders that are empty then. */
export function uninstall(files: FileSystem, { files: paths, location }: Installed): void {
  for (const path of paths) if (files.existsSync(path)) files.removeSync(path);
  for (const path of paths) {
    for (let folder = parentPath(path); folder.startsWith(`${location}/`) && files.existsSync(folder); folder = parentPath(folder)) {
      const left = files.listSync(folder);
      if (left.some((name) => name !== '__pycache__')) break;
      files.removeSync(folder);
    }
  }
}
