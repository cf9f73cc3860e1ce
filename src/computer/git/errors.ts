/** Ends a git command: `text` goes to stderr as it stands, and the command gives `exitCode`. */
export class GitExit extends Error {
  override readonly name = 'GitExit';
  readonly text: string;
  readonly exitCode: number;

  constructor(text: string, exitCode: number) {
    super(text);
    this.text = text;
    this.exitCode = exitCode;
  }
}

/** `fatal: …`, exit code 128. */
export const fatal = (message: string): GitExit => new GitExit(`fatal: ${message}\n`, 128);

/** `error: …`, exit code 1. */
export const failure = (message: string, exitCode = 1): GitExit => new GitExit(`error: ${message}\n`, exitCode);

/** Something git can do and ours cannot yet: said plainly, never done by halves. */
export const unsupported = (what: string): GitExit => fatal(`${what} is not supported here`);
