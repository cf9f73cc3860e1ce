/** What a reload in the same tab finds again: small values in `sessionStorage`, which may be forbidden. */

/** Keeps a value until the tab is closed. */
export function keep(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The next page begins without it.
  }
}

/** What was kept, or null. It may be anything: whoever asks looks at its shape. */
export function kept(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}
