/**
 * What some browsers lack and the world's libraries take for granted. Import this module first in every worker that runs a world.
 * - Firefox has no `Request.body`, which the origin's server reads a push from.
 * - A plain-http page on an address other than localhost has no `crypto.subtle`, which git's object ids are made with, nor `randomUUID`.
 * - No browser has Node's `Buffer`, which the shell and isomorphic-git use.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { Buffer } from 'buffer';

/** The part of a global scope that is looked at and completed. */
interface Scope {
  readonly Request: { readonly prototype: object };
  readonly crypto: { readonly subtle?: unknown; readonly randomUUID?: unknown; getRandomValues(bytes: Uint8Array<ArrayBuffer>): unknown };
  Buffer?: unknown;
}

const HASHES = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 } as const;

/** Completes a global scope; what it already has is left alone. */
export function installShims(scope: Scope): void {
  if (!('body' in scope.Request.prototype)) define(scope.Request.prototype, 'body', { get: bodyOf });
  if (scope.crypto.subtle === undefined) define(scope.crypto, 'subtle', { value: { digest } });
  if (scope.crypto.randomUUID === undefined) define(scope.crypto, 'randomUUID', { value: () => randomUuid(scope.crypto) });
  scope.Buffer ??= Buffer;
}

function define(target: object, name: string, descriptor: PropertyDescriptor): void {
  Object.defineProperty(target, name, { configurable: true, ...descriptor });
}

function bodyOf(this: Request): ReadableStream<Uint8Array> | null {
  if (this.method === 'GET' || this.method === 'HEAD') return null;
  const bytes = this.arrayBuffer();
  return new ReadableStream({
    async start(controller) {
      const body = new Uint8Array(await bytes);
      if (body.length > 0) controller.enqueue(body);
      controller.close();
    },
  });
}

async function digest(algorithm: string | { readonly name: string }, data: BufferSource): Promise<ArrayBuffer> {
  const name = (typeof algorithm === 'string' ? algorithm : algorithm.name).toUpperCase();
  const hash = HASHES[name as keyof typeof HASHES];
  if (hash === undefined) throw new DOMException(`Unrecognized algorithm name: ${name}`, 'NotSupportedError');
  const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  return hash(bytes).slice().buffer as ArrayBuffer;
}

/** RFC 9562, section 5.4: version 4 with the variant bits set. */
function randomUuid(crypto: Scope['crypto']): string {
  const bytes = new Uint8Array(16);
  crypto.getRandomValues(bytes);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

installShims(globalThis);
