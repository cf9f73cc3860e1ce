/**
 * The control character of a key: of `c` it is Ctrl+C. What has none (a digit, a word that a phone's keyboard put in) stays as it is.
 * Source: ECMA-48, the C0 set; terminals take the low five bits.
 */
export function withControl(data: string): string {
  return /^[a-zA-Z@[\\\]^_]$/.test(data) ? String.fromCharCode(data.charCodeAt(0) & 31) : data;
}
