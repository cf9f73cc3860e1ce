/** What the code of a built-in action gets, and what it gives. */
import type { FileSystem } from '../../computer/contract.ts';
import type { Computer } from '../../computer/contract.ts';
import type { FileTree } from '../../platform/platform.ts';
import type { ArtifactStore } from '../artifacts.ts';
import type { PipelinesHost, Run, Trigger } from '../contract.ts';

export interface ActionCall {
  /** Inputs by name, defaults filled in. */
  input(name: string): string;
  readonly workspace: string;
  readonly computer: Computer;
  readonly host: PipelinesHost;
  readonly run: Run;
  readonly jobKey: string;
  readonly trigger: Trigger;
  /** The name of the job's environment. */
  readonly environment: string | null;
  readonly artifacts: ArtifactStore;
  readonly now: () => number;
  /** Aborted when the step is stopped. */
  readonly signal: AbortSignal;
  log(text: string): void;
  warn(message: string): void;
  group(title: string, lines: readonly string[]): void;
  setOutput(name: string, value: string): void;
  /** Sets a variable for the steps that follow. */
  exportVariable(name: string, value: string): void;
  /** Lets the action's modelled time pass. */
  takes(ms: number): Promise<void>;
}

/** An action that fails throws this; the message becomes the step's error. */
export class ActionFailure extends Error {
  override readonly name = 'ActionFailure';
}

/** `true` and `false` as YAML 1.2 writes them, as the toolkit reads inputs. */
export function booleanInput(call: ActionCall, name: string): boolean {
  const text = call.input(name).trim();
  if (['true', 'True', 'TRUE'].includes(text)) return true;
  if (['false', 'False', 'FALSE', ''].includes(text)) return false;
  throw new ActionFailure(
    `Input does not meet YAML 1.2 "Core Schema" specification: ${name}\nSupport boolean input list: \`true | True | TRUE | false | False | FALSE\``,
  );
}

/** Files as a tree whose root is `root`; modes and times are not kept, as in an artifact. */
export function treeBelow(files: FileSystem, root: string, paths: readonly string[]): FileTree {
  const below = root === '/' ? '' : root;
  const folders = new Set<string>();
  const entries = paths.map((path) => {
    const inside = path.slice(below.length);
    const parts = inside.split('/').slice(1, -1);
    parts.forEach((_, index) => folders.add(`/${parts.slice(0, index + 1).join('/')}`));
    return { path: inside, type: 'file' as const, bytes: files.readSync(path), mode: 0o644, mtime: 0 };
  });
  return [...[...folders].sort().map((path) => ({ path, type: 'directory' as const, mode: 0o755, mtime: 0 })), ...entries];
}

/** Writes a tree below a folder. */
export function placeTree(files: FileSystem, tree: FileTree, folder: string): void {
  const below = folder === '/' ? '' : folder;
  for (const entry of tree) if (entry.type === 'file') files.writeSync(`${below}${entry.path}`, entry.bytes, entry.mode);
}
