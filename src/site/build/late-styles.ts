/**
 * Keeps the workbench's styles out of the pages. Astro links every style sheet that a page's scripts can reach, whether they import it
 * or only would on a click; what belongs to an `import()` is fetched along with it by Vite, so a page needs no link to it.
 */
import type { Plugin } from 'vite';

const late = new Set<string>();

/** Vite plugin: notes the style sheets that come only with an `import()`. */
export function noteLateStyles(): Plugin {
  const own = new Set<string>();
  return {
    name: 'plumbline:note-late-styles',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const outputs = Object.values(bundle);
      if (this.environment.name !== 'client') {
        for (const { fileName } of outputs) if (fileName.endsWith('.css')) own.add(fileName);
        return;
      }
      const chunks = new Map(outputs.flatMap((output) => (output.type === 'chunk' ? [[output.fileName, output] as const] : [])));
      const atOnce = new Set<string>();
      const visit = (name: string): void => {
        if (atOnce.has(name)) return;
        atOnce.add(name);
        for (const imported of chunks.get(name)?.imports ?? []) visit(imported);
      };
      for (const { fileName, isEntry } of chunks.values()) if (isEntry) visit(fileName);
      const stylesOf = (wanted: (name: string) => boolean): readonly string[] =>
        [...chunks.values()].flatMap(({ fileName, viteMetadata }) => (wanted(fileName) ? [...(viteMetadata?.importedCss ?? [])] : []));
      for (const style of stylesOf((name) => !atOnce.has(name))) late.add(style);
      for (const style of [...own, ...stylesOf((name) => atOnce.has(name))]) late.delete(style);
    },
  };
}

/** The page without links to style sheets that its scripts fetch when they are needed. */
export function withoutLateStyles(html: string, base: string, styles: ReadonlySet<string> = late): string {
  return html.replace(/<link\b[^>]*\srel="stylesheet"[^>]*>/g, (link) => {
    const address = /\shref="([^"]*)"/.exec(link)?.[1];
    return address?.startsWith(base) === true && styles.has(address.slice(base.length)) ? '' : link;
  });
}
