/** Keeps secrets out of logs: every stretch of text that a secret covers becomes `***`. */

export class Masker {
  readonly #secrets = new Set<string>();

  /** A secret of several lines is hidden line by line too; so are its usual disguises. */
  add(secret: string): void {
    for (const part of [secret, ...secret.split(/\r?\n/)]) {
      if (part.trim() === '') continue;
      this.#secrets.add(part);
      for (const disguise of disguises(part)) if (disguise.length >= 4) this.#secrets.add(disguise);
    }
  }

  /** True when the text holds a secret. */
  touches(text: string): boolean {
    return [...this.#secrets].some((secret) => text.includes(secret));
  }

  mask(text: string): string {
    const covered: [from: number, to: number][] = [];
    for (const secret of this.#secrets) {
      for (let from = text.indexOf(secret); from >= 0; from = text.indexOf(secret, from + 1)) covered.push([from, from + secret.length]);
    }
    if (covered.length === 0) return text;
    covered.sort((a, b) => a[0] - b[0]);
    let out = '';
    let end = 0;
    let open = -1;
    for (const [from, to] of covered) {
      if (open < 0 || from > end) {
        out += text.slice(open < 0 ? 0 : end, from) + '***';
        open = from;
        end = to;
      } else end = Math.max(end, to);
    }
    return out + text.slice(end);
  }
}

/** The forms in which programs print a value without meaning to: JSON, a URL, base64 at any offset. */
function disguises(secret: string): readonly string[] {
  const found = [JSON.stringify(secret).slice(1, -1), encodeUri(secret), secret.replaceAll("'", "''")];
  const bytes = new TextEncoder().encode(secret);
  for (const offset of [0, 1, 2]) {
    const shifted = bytes.subarray(offset);
    if (shifted.length >= 6) found.push(base64(shifted).replace(/=+$/, '').slice(0, -1));
  }
  return found.filter((disguise) => disguise !== secret);
}

function encodeUri(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
