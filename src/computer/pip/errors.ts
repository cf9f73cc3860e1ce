/** What pip ends with: words for stderr, which it prints in red on a real terminal. */
export class PipError extends Error {}
