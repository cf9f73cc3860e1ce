/** Wheels: what their names and their metadata say (PEP 427, PEP 491), and what is in them. */
import { sha256 } from '@noble/hashes/sha2.js';
import { strFromU8, unzipSync } from 'fflate';
import { PipError } from './errors.ts';
import { requirementOf, type Requirement } from './requirements.ts';
import { normalName } from './versions.ts';

export interface WheelName {
  readonly filename: string;
  readonly key: string;
  readonly version: string;
  /** Whether it is for this Python: pure Python, of a version that 3.14 is. */
  readonly runsHere: boolean;
}

export interface Wheel {
  readonly filename: string;
  readonly name: string;
  readonly version: string;
  readonly requiresPython: string;
  readonly requires: readonly Requirement[];
  /** Extras that it offers. */
  readonly extras: readonly string[];
  readonly sha256: string;
  readonly size: number;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** What a file name says; null where it is no wheel's. */
export function wheelName(filename: string): WheelName | null {
  const [, name, version, pythons, abis, platforms] = /^([^-]+)-([^-]+)(?:-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl$/.exec(filename) ?? [];
  if (name === undefined || version === undefined) return null;
  const python = pythons!.split('.').some((tag) => /^(?:py3|py3\d+|cp3\d*)$/.test(tag) && Number(tag.slice(3) || 0) <= 14);
  const runsHere = python && abis!.split('.').includes('none') && platforms!.split('.').includes('any');
  return { filename, key: normalName(name), version, runsHere };
}

/** Opens a wheel; throws PipError where it is none or not for this Python. */
export function openWheel(filename: string, bytes: Uint8Array): Wheel {
  const named = wheelName(filename);
  if (named === null) throw new PipError(`${filename} is not a valid wheel filename.`);
  if (!named.runsHere)
    throw new PipError(`${filename} is not a supported wheel on this platform: packages here are pure Python (…-py3-none-any.whl).`);
  const files = unpacked(filename, bytes);
  const metadataPath = Object.keys(files).find((path) => /^[^/]+\.dist-info\/METADATA$/.test(path));
  if (metadataPath === undefined) throw new PipError(`${filename} has an invalid wheel, .dist-info directory not found`);
  const fields = metadataOf(strFromU8(files[metadataPath]!));
  const name = fields.get('name')?.[0] ?? named.key;
  const version = fields.get('version')?.[0] ?? named.version;
  return {
    filename,
    name,
    version,
    requiresPython: fields.get('requires-python')?.[0] ?? '',
    requires: (fields.get('requires-dist') ?? []).map((line) => requirementOf(line, `${name}==${version}`)),
    extras: (fields.get('provides-extra') ?? []).map(normalName),
    sha256: hex(sha256(bytes)),
    size: bytes.length,
    files,
  };
}

/** Fields of a METADATA file by name in lower case, each with its values (core metadata, which is RFC 822's format). */
export function metadataOf(text: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const line of (text.split(/\r?\n\r?\n/, 1)[0] ?? '').split(/\r?\n/)) {
    const [, name, value = ''] = /^([A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name.toLowerCase(), [...(fields.get(name.toLowerCase()) ?? []), value]);
  }
  return fields;
}

function unpacked(filename: string, bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    const entries = Object.entries(unzipSync(bytes)).filter(([path]) => !path.endsWith('/'));
    if (entries.some(([path]) => path.startsWith('/') || path.split('/').includes('..'))) throw new Error('it leads out of its folder');
    return Object.fromEntries(entries);
  } catch (error) {
    throw new PipError(`Wheel '${filename}' is invalid: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
