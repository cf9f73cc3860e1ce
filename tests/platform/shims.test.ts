import { expect, test } from 'vitest';
import { installShims } from '../../src/platform/browser/shims.ts';

/** A scope as Firefox gives it on a plain-http page: no Request.body, no crypto.subtle, no randomUUID, no Buffer. */
function bareScope() {
  class BareRequest {
    readonly method: string;
    readonly #bytes: Uint8Array;
    constructor(method: string, text: string) {
      this.method = method;
      this.#bytes = new TextEncoder().encode(text);
    }
    async arrayBuffer() {
      return this.#bytes.slice().buffer;
    }
  }
  const scope = {
    Request: BareRequest,
    crypto: { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) },
    Buffer: undefined,
  };
  installShims(scope);
  return scope as unknown as {
    Request: new (method: string, text: string) => Request;
    crypto: Crypto;
    Buffer: typeof Buffer;
  };
}

test('a scope without them gets Request.body, crypto.subtle.digest, randomUUID and Buffer', async () => {
  const scope = bareScope();
  expect(await new Response(new scope.Request('POST', 'a pack').body).text()).toBe('a pack');
  expect(new scope.Request('GET', '').body).toBeNull();
  for (const name of ['SHA-1', 'SHA-256', 'SHA-512']) {
    const bytes = new TextEncoder().encode('blob 0\0');
    expect(new Uint8Array(await scope.crypto.subtle.digest({ name }, bytes))).toEqual(
      new Uint8Array(await crypto.subtle.digest(name, bytes)),
    );
  }
  await expect(scope.crypto.subtle.digest('MD5', new Uint8Array())).rejects.toThrow('Unrecognized algorithm name: MD5');
  expect(scope.crypto.randomUUID()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(scope.Buffer.from('leaf').toString('hex')).toBe('6c656166');
});

test('what a scope has is left alone', () => {
  const { crypto: own, Request: request } = globalThis;
  const before = [own.subtle, own.randomUUID, Object.getOwnPropertyDescriptor(request.prototype, 'body')?.get, Buffer];
  installShims(globalThis);
  expect([own.subtle, own.randomUUID, Object.getOwnPropertyDescriptor(request.prototype, 'body')?.get, Buffer]).toEqual(before);
});
