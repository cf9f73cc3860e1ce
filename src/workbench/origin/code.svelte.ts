import { untrack } from 'svelte';
import type { OriginFile, OriginFolder, OriginTip, OriginView, WorldClient } from '../../world/contract.ts';
import { baseName } from '../format.ts';

/** A folder or a file of the repository; `''` is the uppermost folder. */
export interface CodePlace {
  readonly path: string;
  readonly kind: 'folder' | 'file';
}

/** The code of one branch or tag, as the page has read it: one folder or file at a time. */
export class OriginCode {
  /** Full name of the branch or tag; null is the default branch. */
  ref = $state<string | null>(null);
  place = $state.raw<CodePlace>({ path: '', kind: 'folder' });
  tip = $state.raw<OriginTip | null>(null);
  folder = $state.raw<OriginFolder | null>(null);
  file = $state.raw<OriginFile | null>(null);
  /** Why there is nothing to show. */
  refused = $state<string | null>(null);

  private readonly client: WorldClient;
  private asked = 0;
  /** Commit and place of what is shown. */
  private shown: string | null = null;

  constructor(client: WorldClient) {
    this.client = client;
  }

  open(path: string, kind: CodePlace['kind']): void {
    this.place = { path, kind };
    this.drop();
  }

  /** Another world lies beneath. */
  begin(): void {
    this.choose(null);
    this.open('', 'folder');
  }

  /** The same place on another branch or tag, if it is there. */
  choose(ref: string | null): void {
    this.ref = ref;
    this.tip = null;
    this.drop();
  }

  /** Reads what is looked at, where its branch stands in `view`, if it is not shown. An answer that another question overtook is dropped. */
  async read(view: OriginView): Promise<void> {
    const { ref, commit } = standing(view, this.ref);
    const { path, kind } = this.place;
    const known = untrack(() => this.tip);
    if (this.shown === `${commit} ${kind} ${path}`) return;
    const asked = ++this.asked;
    try {
      const tip = known !== null && known.commit.id === commit ? known : await this.client.originTip(ref);
      const { id } = tip.commit;
      const folder = kind === 'folder' ? await this.client.originFolder(id, path) : null;
      const file = kind === 'file' ? await this.client.originFile(id, path) : null;
      if (asked !== this.asked) return;
      this.shown = `${id} ${kind} ${path}`;
      this.tip = tip;
      this.folder = folder;
      this.file = file;
      this.refused = file?.ok === false && file.reason === 'missing' ? `There is no file ${baseName(path)} on this branch.` : null;
    } catch (error) {
      if (asked !== this.asked) return;
      this.shown = null;
      this.refused = error instanceof Error ? error.message : String(error);
    }
  }

  /** The next page of a folder that has more names than one answer holds. */
  async more(): Promise<void> {
    const { tip, folder, asked } = this;
    if (tip === null || folder === null) return;
    const next = await this.client.originFolder(tip.commit.id, folder.path, folder.entries.length);
    if (asked === this.asked) this.folder = { ...next, entries: [...folder.entries, ...next.entries] };
  }

  private drop(): void {
    this.folder = null;
    this.file = null;
    this.refused = null;
    this.shown = null;
  }
}

/** Branches and tags by full name, with the commit that they name. */
function refsOf(view: OriginView): ReadonlyMap<string, string> {
  return new Map([
    ...view.branches.map(({ name, commit }) => [`refs/heads/${name}`, commit] as const),
    ...view.tags.map(({ name, commit }) => [`refs/tags/${name}`, commit] as const),
  ]);
}

/** The branch or tag that is looked at, and its commit: the default branch when none was chosen or the chosen one is gone. */
export function standing(view: OriginView, chosen: string | null): { readonly ref: string; readonly commit: string | undefined } {
  const refs = refsOf(view);
  const ref = chosen !== null && refs.has(chosen) ? chosen : `refs/heads/${view.defaultBranch}`;
  return { ref, commit: refs.get(ref) };
}
