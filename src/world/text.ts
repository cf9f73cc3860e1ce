/** The bytes as UTF-8 text, or null when they are not. A NUL among the first 8000 bytes says that they are none, as for git. */
export function textOf(bytes: Uint8Array): string | null {
  if (bytes.subarray(0, 8_000).includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
