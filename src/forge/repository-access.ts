import type { GitRepo } from 'just-git';
import type { CheckResult, Protection, RefUpdate } from './contract.ts';
import type { ObjectReader } from './objects.ts';

/** What the parts of the forge may ask of one repository's content. */
export interface RepositoryAccess {
  readonly name: string;
  readonly reader: ObjectReader;
  readonly defaultBranch: string;
  /** Commit at the tip of a branch, or null. */
  tip(branch: string): string | null;
  /** Commit that a branch, tag, full or short id names, or null. */
  commitNamed(name: string): string | null;
  branches(): readonly string[];
  /** The engine's view of the repository, for merging and comparing. */
  engine(): Promise<GitRepo>;
  /** Moves refs without asking protections, and tells of it as of a push of that person. */
  move(by: string, updates: readonly RefUpdate[]): Promise<void>;
  /** Moves a ref that nobody hears of (`refs/pull/12/head`); null deletes it. */
  setHiddenRef(ref: string, commit: string | null): void;
  protections(): readonly Protection[];
  checks(commit: string): readonly CheckResult[];
  person(login: string): { readonly name: string; readonly email: string };
}
