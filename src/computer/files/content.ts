/** File content as just-bash hands it over: text in some encoding, or bytes. */
import type { BufferEncoding } from 'just-bash';

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const utf16Decoder = new TextDecoder('utf-16le', { ignoreBOM: true });

/** The encoding in an options argument, which may be a string or an object; UTF-8 when it says nothing. */
export function encodingOf(options: { readonly encoding?: BufferEncoding | null } | BufferEncoding | null | undefined): BufferEncoding {
  return (typeof options === 'string' ? options : options?.encoding) ?? 'utf8';
}

/** The bytes of `content`; a byte array is copied, because its owner may go on to change it. */
export function toBytes(content: string | Uint8Array, encoding: BufferEncoding): Uint8Array {
  if (typeof content !== 'string') return content.slice();
  switch (encoding) {
    case 'binary':
    case 'latin1':
    case 'ascii':
      return fromLatin1(content);
    case 'base64':
      return fromLatin1(atob(content.replace(/[^A-Za-z0-9+/=]/g, '')));
    case 'hex':
      return Uint8Array.from(content.match(/[0-9a-fA-F]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
    default:
      return utf8Encoder.encode(content);
  }
}

/** `bytes` as text in `encoding`. */
export function toText(bytes: Uint8Array, encoding: BufferEncoding): string {
  switch (encoding) {
    case 'binary':
    case 'latin1':
      return toLatin1(bytes);
    case 'ascii':
      return toLatin1(bytes.map((byte) => byte & 0x7f));
    case 'base64':
      return btoa(toLatin1(bytes));
    case 'hex':
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    default:
      return utf8Decoder.decode(bytes);
  }
}

/** One character for each byte: how just-bash carries bytes in a string. */
export function toLatin1(bytes: Uint8Array): string {
  if (isAscii(bytes)) return utf8Decoder.decode(bytes);
  // TextDecoder's own latin1 is really windows-1252, which differs from 0x80 to 0x9f; UTF-16 takes each byte as it is.
  return utf16Decoder.decode(new Uint16Array(bytes));
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 0x7f) return false;
  return true;
}

/** The inverse of `toLatin1`. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
