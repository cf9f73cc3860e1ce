import type { Asset, Release, Releases } from './contract.ts';
import { replaced, type CollaborationRecord } from './record.ts';
import type { RepositoryAccess } from './repository-access.ts';
import { NotFoundError, RefusedError } from './storage.ts';

/** An asset's largest size in bytes: the world lives in the browser's storage. */
const LARGEST_ASSET = 20_000_000;

/** The releases of one repository. */
export class StoredReleases implements Releases {
  readonly #record: CollaborationRecord;
  readonly #repository: RepositoryAccess;

  constructor(record: CollaborationRecord, repository: RepositoryAccess) {
    this.#record = record;
    this.#repository = repository;
  }

  list(): readonly Release[] {
    return this.#record.data.releases;
  }

  get(tag: string): Release {
    const release = this.list().find((other) => other.tag === tag);
    if (release === undefined) throw new NotFoundError('release not found');
    return release;
  }

  async create(by: string, wanted: Parameters<Releases['create']>[1]): Promise<Release> {
    const { tag, target, title = '', notes = '', draft = false, prerelease = false } = wanted;
    if (!isTagName(tag)) throw new RefusedError(`'${tag}' is not a valid tag name`);
    if (this.list().some((other) => other.tag === tag)) throw new RefusedError(`a release with the same tag name already exists: ${tag}`);
    // A draft makes no tag before it is published.
    if (!draft) await this.#ensureTag(by, tag, target);
    const release: Release = {
      id: this.#record.takeId(),
      tag,
      title: title === '' ? tag : title,
      notes,
      author: by,
      draft,
      prerelease,
      at: this.#record.now,
      assets: [],
    };
    this.#record.update({ releases: [release, ...this.list()] });
    if (!draft) this.#record.tell({ type: 'release', action: 'published', tag, by });
    return release;
  }

  edit(by: string, tag: string, change: Parameters<Releases['edit']>[2]): Release {
    const before = this.get(tag);
    if (before.draft && change.draft === false && this.#repository.commitNamed(`refs/tags/${tag}`) === null) {
      throw new RefusedError(`There is no tag ${tag} yet. Push it, then publish the release.`);
    }
    const release = this.#replace({ ...before, ...change });
    this.#record.tell({ type: 'release', action: before.draft && !release.draft ? 'published' : 'edited', tag, by });
    return release;
  }

  upload(by: string, tag: string, { name, bytes }: { readonly name: string; readonly bytes: Uint8Array }, replace = false): Release {
    const release = this.get(tag);
    if (bytes.byteLength > LARGEST_ASSET) {
      throw new RefusedError(`${name} has ${bytes.byteLength} bytes; an asset has at most ${LARGEST_ASSET}.`);
    }
    if (!replace && release.assets.some((asset) => asset.name === name)) {
      throw new RefusedError(`asset under the same name already exists: [${name}]`);
    }
    const asset: Asset = { name, bytes, at: this.#record.now };
    const changed = this.#replace({ ...release, assets: [...release.assets.filter((other) => other.name !== name), asset] });
    this.#record.tell({ type: 'release', action: 'edited', tag, by });
    return changed;
  }

  remove(by: string, tag: string): void {
    this.get(tag);
    this.#record.update({ releases: this.list().filter((other) => other.tag !== tag) });
    this.#record.tell({ type: 'release', action: 'deleted', tag, by });
  }

  async #ensureTag(by: string, tag: string, target: string | undefined): Promise<void> {
    if (this.#repository.commitNamed(`refs/tags/${tag}`) !== null) return;
    const commit = this.#repository.commitNamed(target ?? this.#repository.defaultBranch);
    if (commit === null) throw new NotFoundError(`The origin has no ${target ?? this.#repository.defaultBranch} to tag.`);
    await this.#repository.move(by, [{ ref: `refs/tags/${tag}`, before: null, after: commit, forced: false }]);
  }

  #replace(release: Release): Release {
    this.#record.update({ releases: replaced(this.list(), 'id', release) });
    return release;
  }
}

/** The rules of git-check-ref-format that a tag's name can break. */
function isTagName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return name !== '' && !/[\u0000-\u0020~^:?*[\\\u007f]|\.\.|@\{|\/\/|^[-/.]|\/\.|\.$|\/$|\.lock$/.test(name);
}
