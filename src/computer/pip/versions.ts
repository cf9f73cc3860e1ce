/** Versions and specifiers of packages (PEP 440). */
import { compare as order, explain, satisfies as meets, valid, validRange } from '@renovatebot/pep440';

/** Below 0 when `a` is the older one. */
export function compare(a: string, b: string): number {
  return order(a, b);
}

/** Whether this is a version at all. */
export function isVersion(text: string): boolean {
  return valid(text) !== null;
}

/** True for alphas, betas, release candidates and development versions. */
export function isPrerelease(version: string): boolean {
  return explain(version)?.is_prerelease === true;
}

/** Whether a version meets a specifier such as `>=1.2,<2`; pre-releases count, because who may have them is decided elsewhere. */
export function satisfies(version: string, specifier: string): boolean {
  return specifier.trim() === '' || meets(version, specifier, { prereleases: true });
}

/** Whether this is a specifier at all; an empty one is. */
export function isSpecifier(text: string): boolean {
  return text.trim() === '' || validRange(text);
}

/** The name under which a project is known, however it is spelt (PEP 503). */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
