/**
 * What is done to the finished build: a policy that names exactly the inline scripts of each page, only the styles it is read with, sizes where they are promised,
 * the build's id in every page, and the service worker that keeps exactly this build.
 */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { build as bundle } from 'vite';
import type { BuildManifest } from '../service-worker/build.ts';
import { compressedBytes, filesBelow, groupOf, manifestOf } from './manifest.ts';
import { withoutLateStyles } from './late-styles.ts';
import { writeShipped } from './shipped.ts';

/** Runs after every other integration's build step. */
export function finishBuild(): AstroIntegration {
  let base = '/';
  let root: URL;
  return {
    name: 'plumbline:finish',
    hooks: {
      'astro:config:done': ({ config }) => {
        root = config.root;
        base = `/${config.base.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/');
      },
      'astro:build:done': async ({ dir, logger }) => {
        const out = fileURLToPath(dir);
        await dropUnused(out);
        await rewritePages(out, (html) => strictPolicy(lightByDefault(withoutLateStyles(html, base))));
        const sizes = await sizesOf(out, base);
        await rewritePages(out, (html) => promiseSizes(html, sizes));
        const manifest = await seal(out, base);
        await writeShipped(root);
        const lesson = sizes('');
        logger.info(
          `Build ${manifest.build}: ${Object.keys(manifest.files).length} files; workbench ${lesson.workbench}, Python ${lesson.python}, everything ${lesson.all}`,
        );
      },
    },
  };
}

/** Gives the build in `out` its id and its service worker. What was sealed before and has changed since is sealed anew. */
export async function seal(out: string, base: string): Promise<BuildManifest> {
  await rewritePages(out, (html) => html.replace(/<meta name="plumbline-build" content="[^"]*">/, ''));
  const manifest = await manifestOf(out, await assetsOfPages(out, base));
  await rewritePages(out, (html) => html.replace('</head>', `<meta name="plumbline-build" content="${manifest.build}"></head>`));
  await writeFile(join(out, 'service-worker.js'), await bundleWorker(manifest));
  return manifest;
}

/** Starlight's pages are dark until a script has run; without scripts all pages are light. */
function lightByDefault(html: string): string {
  return html.replace(/(<html[^>]*data-theme=")dark"/, '$1light"');
}

async function rewritePages(out: string, change: (html: string) => string): Promise<void> {
  const pages = (await filesBelow(out)).filter((path) => path.endsWith('.html'));
  await Promise.all(pages.map(async (path) => writeFile(join(out, path), change(await readFile(join(out, path), 'utf8')))));
}

/** Pagefind writes several ready-made interfaces beside its index; the site has its own. */
async function dropUnused(out: string): Promise<void> {
  const unused = ['ui.js', 'ui.css', 'modular-ui.js', 'modular-ui.css', 'component-ui.js', 'component-ui.css', 'highlight.js'];
  await Promise.all(unused.map((name) => rm(join(out, 'pagefind', `pagefind-${name}`), { force: true })));
}

/** The page with its policy's hashes replaced by those of the inline scripts and styles it really has, and the policy moved to the top. */
export function strictPolicy(html: string): string {
  const scripts = hashes(html, /<script(?![^>]*\ssrc=)([^>]*)>([\s\S]*?)<\/script>/g);
  const styles = hashes(html, /<style([^>]*)>([\s\S]*?)<\/style>/g);
  const meta = /<meta http-equiv="content-security-policy" content="([^"]*)"\s*\/?>/i;
  const policy = meta.exec(html)?.[1];
  if (policy === undefined) return html;
  const directives = policy.split(';').map((directive) => directive.trim());
  const exact = directives.filter(Boolean).map((directive) => {
    const [name, ...sources] = directive.split(/\s+/);
    const kept = [...new Set(sources.filter((source) => !/^'sha\d+-/.test(source)))];
    if (name === 'script-src') return [name, ...kept, ...scripts].join(' ');
    if (name === 'style-src') return [name, ...kept, ...(kept.includes("'unsafe-inline'") ? [] : styles)].join(' ');
    return directive;
  });
  // A policy in a meta element binds what follows it, so it comes before the first script.
  return html
    .replace(meta, '')
    .replace(
      /<meta charset="?utf-8"?\s*\/?>/i,
      (charset) => `${charset}<meta http-equiv="content-security-policy" content="${exact.join('; ')}">`,
    );
}

function hashes(html: string, element: RegExp): readonly string[] {
  const found = [...html.matchAll(element)].filter(([, attributes = '']) => !/type="(?!module|text\/javascript)[^"]*"/.test(attributes));
  return [...new Set(found.map(([, , text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`))];
}

/** Files that pages name, and files that those name in turn without being asked to by a click: static imports, fonts of a style sheet. */
export async function assetsOfPages(
  out: string,
  base: string,
  wanted: (page: string) => boolean = () => true,
): Promise<ReadonlySet<string>> {
  const known = new Set(await filesBelow(out));
  const found = new Set<string>();
  const add = async (path: string): Promise<void> => {
    if (!known.has(path) || found.has(path) || path.endsWith('.html')) return;
    found.add(path);
    if (!/\.(js|css)$/.test(path)) return;
    const text = await readFile(join(out, path), 'utf8');
    for (const named of path.endsWith('.css') ? namedInCss(text) : staticImports(text)) await add(resolved(path, base, named));
  };
  for (const page of [...known].filter((path) => path.endsWith('.html') && wanted(path))) {
    const html = await readFile(join(out, page), 'utf8');
    for (const [, address = ''] of html.matchAll(/(?:src|href)="([^"#?]+)"/g))
      if (address.startsWith(base)) await add(address.slice(base.length));
  }
  return found;
}

function namedInCss(text: string): readonly string[] {
  return [...text.matchAll(/url\(\s*['"]?([^'")]+)['"]?\s*\)/g)]
    .map(([, named = '']) => named)
    .filter((named) => !named.startsWith('data:'));
}

/** Modules that a built chunk imports at once. Its `import()`s are left out. */
export function staticImports(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}$,\s]+?from\s*)?["']([^"']+)["']/g)].map(([, named = '']) => named);
}

function resolved(from: string, base: string, named: string): string {
  const url = new URL(named, `http://site${base}${from}`);
  return decodeURIComponent(url.pathname.slice(base.length));
}

export interface PromisedSizes {
  readonly workbench: string;
  readonly python: string;
  readonly all: string;
}

/** Measures the build; the answer is a function of the exercise, as each has a starting world of its own. */
async function sizesOf(out: string, base: string): Promise<(exercise: string) => PromisedSizes> {
  const [all, pageAssets] = [await filesBelow(out), await assetsOfPages(out, base)];
  const worlds = new Map<string, number>();
  for (const path of all) {
    const group = groupOf(path, 0, pageAssets);
    if (group.startsWith('exercise:')) worlds.set(group.slice('exercise:'.length), await compressedBytes(out, [path]));
  }
  const python = await compressedBytes(
    out,
    all.filter((path) => path.startsWith('pyodide/')),
  );
  const everything = await compressedBytes(out, all);
  // Monaco's language servers other than the editor's own come only for files in those languages.
  const workbench = await compressedBytes(
    out,
    all.filter((path) => path.startsWith('_astro/') && groupOf(path, 0, pageAssets) === 'work' && !/(ts|css|html|json)\.worker/.test(path)),
  );
  return (exercise) => ({
    workbench: megabytes(workbench + (worlds.get(exercise) ?? 0)),
    python: megabytes(python),
    all: megabytes(everything),
  });
}

function megabytes(bytes: number): string {
  const mb = bytes / 1_000_000;
  return mb < 0.1 ? '0.1 MB' : `${mb < 10 ? mb.toFixed(1) : Math.round(mb)} MB`;
}

/** Fills `<b data-size="workbench">…</b>` and the like with what this build measures. */
export function promiseSizes(html: string, sizesFor: (exercise: string) => PromisedSizes): string {
  const sizes = sizesFor(/data-start-panel[^>]*data-exercise="([^"]+)"/.exec(html)?.[1] ?? '');
  return html.replace(
    /(data-size="(workbench|python|all)"[^>]*>)[^<]*(<)/g,
    (_, before: string, name: keyof PromisedSizes, after: string) => `${before}${sizes[name]}${after}`,
  );
}

async function bundleWorker(manifest: BuildManifest): Promise<string> {
  const result = await bundle({
    configFile: false,
    logLevel: 'warn',
    define: { PLUMBLINE_BUILD: JSON.stringify(manifest) },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: fileURLToPath(new URL('../service-worker/worker.ts', import.meta.url)), formats: ['iife'], name: 'plumbline' },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('The service worker could not be bundled.');
  const [chunk] = output.output;
  return `${chunk.code.trimEnd()}\n`;
}
