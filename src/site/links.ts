/** Addresses inside the site. Every link goes through here, so that the site works under any base path. */

/** The site's base path with a slash at both ends: `/` or `/course/`. */
export const base: string = `/${import.meta.env.BASE_URL.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/');

/** The address of a page or file of the site: `inside('3-continuous-delivery/3-ship-a-better-leaf/')`. */
export function inside(path: string): string {
  return base + path.replace(/^\/+/, '');
}
