/** Where packages come from: folders of wheels, and the index where there is one. */
import type { PackageIndex } from '../../platform/platform.ts';
import type { FileSystem } from '../contract.ts';
import { resolvePath } from '../files/path.ts';
import { PipError } from './errors.ts';
import type { Requirement } from './requirements.ts';
import { compare, isVersion, satisfies } from './versions.ts';
import { openWheel, wheelName, type Wheel } from './wheel.ts';

/** The public index, which is asked when the learner asks for a package. */
const PYPI = 'https://pypi.org/simple';
const PYTHON = '3.14.2';

/** A file that may be installed. */
export interface Candidate {
  readonly filename: string;
  readonly version: string;
  readonly runsHere: boolean;
  /** A path, or an address. */
  readonly location: string;
}

export interface SourceOptions {
  readonly files: FileSystem;
  readonly cwd: string;
  readonly index: PackageIndex | undefined;
  readonly findLinks: readonly string[];
  readonly indexes: readonly string[];
  readonly noIndex: boolean;
  say(line: string): void;
}

export class Sources {
  readonly #options: SourceOptions;
  readonly #candidates = new Map<string, Promise<readonly Candidate[]>>();
  readonly #wheels = new Map<string, Promise<Wheel>>();
  /** Whether an index was wanted and none was there. */
  unreachable = false;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** All files of a project, the newest version first. */
  candidates(key: string): Promise<readonly Candidate[]> {
    const known = this.#candidates.get(key) ?? this.#find(key);
    this.#candidates.set(key, known);
    return known;
  }

  /** Opens the wheel that a candidate is, or that a requirement names by its place. */
  open(location: string): Promise<Wheel> {
    const known = this.#wheels.get(location) ?? this.#open(location);
    this.#wheels.set(location, known);
    return known;
  }

  /** The place that a requirement names, as `open` takes it; throws PipError where nothing is. */
  placeOf({ location }: Requirement): string {
    const place = location!.replace(/#.*$/, '');
    if (/^https?:/.test(place)) return place;
    const path = resolvePath(this.#options.cwd, place.startsWith('file:') ? decodeURIComponent(new URL(place).pathname) : place);
    if (!this.#options.files.existsSync(path)) {
      if (/\.(?:whl|tar\.gz)$/.test(place))
        throw new PipError(`Could not install packages due to an OSError: [Errno 2] No such file or directory: '${path}'`);
      throw new PipError(
        `Invalid requirement: '${place}': Expected package name at the start of dependency specifier, or the path of a file that is there`,
      );
    }
    if (!path.endsWith('.whl')) throw new PipError(`${place}: ${NO_BUILDS}`);
    return path;
  }

  async #find(key: string): Promise<readonly Candidate[]> {
    const found = [...this.#options.findLinks.flatMap((folder) => this.#inFolder(folder)), ...(await this.#onIndexes(key))];
    return found
      .filter(({ filename, version }) => (wheelName(filename)?.key ?? sourceName(filename)?.key) === key && isVersion(version))
      .sort((a, b) => compare(b.version, a.version) || Number(b.runsHere) - Number(a.runsHere));
  }

  #inFolder(folder: string): readonly Candidate[] {
    const { files, cwd } = this.#options;
    const path = resolvePath(cwd, folder.startsWith('file:') ? new URL(folder).pathname : folder);
    if (!files.existsSync(path)) return [];
    return files.listSync(path).flatMap((filename) => candidateOf(filename, `${path}/${filename}`) ?? []);
  }

  async #onIndexes(key: string): Promise<readonly Candidate[]> {
    const { index, indexes, noIndex } = this.#options;
    if (noIndex) return [];
    if (index === undefined) {
      this.unreachable = true;
      return [];
    }
    const bases = indexes.length > 0 ? indexes : [PYPI];
    const pages = await Promise.all(bases.map((base) => this.#page(index, `${base.replace(/\/$/, '')}/${key}/`)));
    return pages.flat();
  }

  /** A project's page in JSON (PEP 691). */
  async #page(index: PackageIndex, url: string): Promise<readonly Candidate[]> {
    const answer = await index.fetch(url, 'application/vnd.pypi.simple.v1+json');
    if (answer === null) {
      this.unreachable = true;
      return [];
    }
    if (answer.status === 404) return [];
    if (answer.status !== 200) throw new PipError(`HTTP error ${answer.status} while getting ${url}`);
    let page: { readonly files?: readonly IndexFile[] };
    try {
      page = JSON.parse(new TextDecoder().decode(answer.body)) as typeof page;
    } catch {
      throw new PipError(`${url} is not an index that this pip can read: it reads JSON (PEP 691)`);
    }
    return (page.files ?? [])
      .filter(({ yanked, 'requires-python': python }) => !yanked && satisfies(PYTHON, python ?? ''))
      .flatMap((file) => candidateOf(file.filename, new URL(file.url, url).href) ?? []);
  }

  async #open(location: string): Promise<Wheel> {
    const filename = decodeURIComponent(location.slice(location.lastIndexOf('/') + 1));
    if (location.startsWith('/')) {
      this.#options.say(`Processing ${location}`);
      return openWheel(filename, this.#options.files.readSync(location));
    }
    const answer = await this.#options.index?.fetch(location, '*/*');
    if (answer?.status !== 200)
      throw new PipError(`Could not get ${location}: ${answer ? `HTTP error ${answer.status}` : 'it is out of reach'}`);
    this.#options.say(`  Downloading ${filename} (${sizeOf(answer.body.length)})`);
    return openWheel(filename, answer.body);
  }
}

/** Why a source distribution is refused. */
export const NO_BUILDS = 'this computer cannot build packages from their source: it takes wheels of pure Python (…-py3-none-any.whl)';

interface IndexFile {
  readonly filename: string;
  readonly url: string;
  readonly yanked?: boolean | string;
  readonly 'requires-python'?: string | null;
}

function candidateOf(filename: string, location: string): Candidate | null {
  const wheel = wheelName(filename);
  if (wheel !== null) return { filename, version: wheel.version, runsHere: wheel.runsHere, location };
  const source = sourceName(filename);
  return source && { filename, version: source.version, runsHere: false, location };
}

function sourceName(filename: string): { readonly key: string; readonly version: string } | null {
  const [, name, version] = /^(.+)-([^-]+?)\.(?:tar\.gz|zip)$/.exec(filename) ?? [];
  return name === undefined || version === undefined ? null : { key: name.toLowerCase().replace(/[-_.]+/g, '-'), version };
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
