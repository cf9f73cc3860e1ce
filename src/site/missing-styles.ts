/** Style sheets that come with an `import()` and did not arrive. Vite asks for each of them once, also when Start is pressed again. */

/** Notes from now on which style sheets fail; the function it returns asks for those again and rejects when one fails anew. */
export function watchStyles(): () => Promise<void> {
  const failed = new Set<HTMLLinkElement>();
  document.addEventListener(
    'error',
    ({ target }) => {
      if (target instanceof HTMLLinkElement && target.relList.contains('stylesheet')) failed.add(target);
    },
    true,
  );
  return async () => {
    await Promise.all([...failed].map((link) => arrived(link).then(() => failed.delete(link))));
  };
}

/** Puts a new link in the place of `link`; resolves when it has loaded. */
function arrived(link: HTMLLinkElement): Promise<void> {
  const fresh = link.cloneNode() as HTMLLinkElement;
  return new Promise<void>((resolve, reject) => {
    fresh.addEventListener('load', () => resolve());
    fresh.addEventListener('error', () => {
      fresh.remove();
      reject(new Error(`Unable to preload CSS for ${link.href}`));
    });
    link.after(fresh);
  }).then(() => link.remove());
}
