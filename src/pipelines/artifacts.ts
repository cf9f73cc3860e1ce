/** The artifacts of runs: trees of files that can't be changed once they are there. */
import type { FileTree } from '../platform/platform.ts';
import { treeDigest, treeSize } from './actions/digest.ts';
import type { Artifact, Run } from './contract.ts';

export class ArtifactStore {
  readonly #files = new Map<number, FileTree>();
  #lastId = 0;

  /** Adds an artifact to a run. Null when the run has one of that name already. */
  add(run: Run, jobKey: string, name: string, files: FileTree, createdAt: number): Artifact | null {
    if (run.artifacts.some((artifact) => artifact.name === name)) return null;
    const artifact: Artifact = { id: ++this.#lastId, name, digest: treeDigest(files), sizeBytes: treeSize(files), jobKey, createdAt };
    this.#files.set(artifact.id, files);
    run.artifacts.push(artifact);
    return artifact;
  }

  /** Takes an artifact away, for `overwrite: true`. */
  remove(run: Run, name: string): void {
    const artifact = run.artifacts.find((other) => other.name === name);
    if (artifact === undefined) return;
    this.#files.delete(artifact.id);
    run.artifacts = run.artifacts.filter((other) => other !== artifact);
  }

  files(run: Run, id: number): FileTree | undefined {
    return run.artifacts.some((artifact) => artifact.id === id) ? this.#files.get(id) : undefined;
  }

  restore(id: number, files: FileTree): void {
    this.#lastId = Math.max(this.#lastId, id);
    this.#files.set(id, files);
  }

  clear(): void {
    this.#files.clear();
    this.#lastId = 0;
  }
}
