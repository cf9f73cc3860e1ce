/** What an object is, and ids as text and as bytes. */
export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface GitObject {
  readonly type: ObjectType;
  readonly content: Uint8Array;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

export function unhex(id: string): Uint8Array {
  const bytes = new Uint8Array(id.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = (digit(id.charCodeAt(index * 2)) << 4) | digit(id.charCodeAt(index * 2 + 1));
  return bytes;
}

const digit = (code: number): number => (code < 58 ? code - 48 : code - 87);
