/**
 * What may run, and what may be asked for, in the site's workers. The policy in a page's `<meta>` does not reach a worker that is loaded
 * from the network: only a header of the worker's own script does. Plain JavaScript, as `scripts/serve.mjs` runs on a Node that knows no types.
 * `public/_headers` and the recipes in `docs/hosting.md` repeat it; `tests/e2e/hosting.spec.ts` compares them.
 */

/** Where scripts may come from, in pages and in workers. */
export const scriptSources = ["'self'", "'wasm-unsafe-eval'"];

/** The header `Content-Security-Policy` of what a worker may be started from. Whatever a world or Python does there stays on this origin. */
export const workerPolicy = `default-src 'self'; script-src ${scriptSources.join(' ')}`;

/**
 * Whether a file carries `workerPolicy`. Pages do not: the header would refuse the inline scripts that their own policy names.
 * @param {string} path Relative to the site's base.
 */
export function carriesWorkerPolicy(path) {
  return /^(_astro|pagefind)\//.test(path);
}
