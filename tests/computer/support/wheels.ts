import { createHash } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import type { PackageIndex } from '../../../src/platform/platform.ts';

export interface WheelParts {
  readonly requires?: readonly string[];
  readonly extras?: readonly string[];
  readonly scripts?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** A wheel of `name` with one module, which says its version. */
export function wheelOf(name: string, version: string, { requires = [], extras = [], scripts, files = {} }: WheelParts = {}): Uint8Array {
  const info = `${name}-${version}.dist-info`;
  const metadata = [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    `Summary: The ${name} of a tree`,
    ...extras.map((extra) => `Provides-Extra: ${extra}`),
    ...requires.map((line) => `Requires-Dist: ${line}`),
  ];
  const content: Record<string, string> = {
    [`${name}/__init__.py`]: `VERSION = '${version}'\ndef main():\n    print('${name}', VERSION)\n`,
    ...files,
    [`${info}/METADATA`]: `${metadata.join('\n')}\n\nWords.\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ...(scripts === undefined ? {} : { [`${info}/entry_points.txt`]: `[console_scripts]\n${scripts}\n` }),
    [`${info}/RECORD`]: '',
  };
  return zipSync(Object.fromEntries(Object.entries(content).map(([path, text]) => [path, strToU8(text)])), { mtime: '2026-01-01' });
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Stands in for the public index: projects by name, files by file name. `asked` collects what was wanted. */
export function indexOf(projects: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>, asked: string[] = []): PackageIndex {
  return {
    async fetch(url) {
      asked.push(url);
      const [, project, filename] = /^https:\/\/pypi\.org\/(?:simple|files)\/([^/]+)\/(.*)$/.exec(url) ?? [];
      const files = projects[project ?? ''];
      if (files === undefined) return { status: 404, body: new Uint8Array() };
      if (filename !== '') return { status: 200, body: files[filename!]! };
      const page = {
        meta: { 'api-version': '1.0' },
        files: Object.entries(files).map(([name, bytes]) => ({
          filename: name,
          url: `../../files/${project}/${name}`,
          hashes: { sha256: sha256Of(bytes) },
        })),
      };
      return { status: 200, body: strToU8(JSON.stringify(page)) };
    },
  };
}
