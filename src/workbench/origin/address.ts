/** What an address of the origin names. */
export type OriginAddress =
  | { readonly kind: 'new-pull'; readonly branch: string }
  /** Pull requests and work items share their numbers, and the host leads from one's address to the other. */
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'run'; readonly id: number }
  | { readonly kind: 'releases' };

export interface FoundAddress {
  /** Where it begins in the text. */
  readonly index: number;
  readonly text: string;
  readonly address: OriginAddress;
}

const HOST = 'https://origin.fieldleaf.test';
const ADDRESS = /https:\/\/origin\.fieldleaf\.test\/[^\s'"<>]+/g;
/** What ends a sentence is no part of an address. */
const PUNCTUATION = /[.,;:!?)\]]+$/;

/** The addresses in a text that lead somewhere in a repository of the origin, in order. */
export function addressesIn(text: string, repository: string): readonly FoundAddress[] {
  return [...text.matchAll(ADDRESS)].flatMap(({ 0: found, index }) => {
    const whole = found.replace(PUNCTUATION, '');
    const address = addressOf(whole.slice(HOST.length), repository);
    return address === null ? [] : [{ index, text: whole, address }];
  });
}

/** What a path such as `/leaf/pull/3` names, with or without the owner in front; null when the page has no place for it. */
function addressOf(path: string, repository: string): OriginAddress | null {
  const [, name, rest = ''] = /^\/(?:fieldleaf\/)?([^/]+)\/(.+)$/.exec(path) ?? [];
  if (name !== repository) return null;
  const branch = /^pull\/new\/(.+)$/.exec(rest)?.[1];
  if (branch !== undefined) return { kind: 'new-pull', branch: decoded(branch) };
  const number = /^(?:pull|issues)\/(\d+)(?:\/|$)/.exec(rest)?.[1];
  if (number !== undefined) return { kind: 'number', number: Number(number) };
  const run = /^actions\/runs\/(\d+)(?:\/|$)/.exec(rest)?.[1];
  if (run !== undefined) return { kind: 'run', id: Number(run) };
  return /^releases(?:\/|$)/.test(rest) ? { kind: 'releases' } : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
