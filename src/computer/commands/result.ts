/** The results that commands give. */
import type { ExecResult } from 'just-bash';

export const printed = (stdout: string, exitCode = 0): ExecResult => ({ stdout, stderr: '', exitCode, stdoutKind: 'text' });

export const failed = (message: string, exitCode = 1): ExecResult => ({ stdout: '', stderr: message, exitCode });
