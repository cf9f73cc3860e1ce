import { describe, expect, test } from 'vitest';
import { promiseSizes, staticImports, strictPolicy } from '../../src/site/build/finish.ts';
import { greyPng } from '../../src/site/build/grey-png.ts';
import { withoutLateStyles } from '../../src/site/build/late-styles.ts';
import { groupOf } from '../../src/site/build/manifest.ts';
import { packageOf } from '../../src/site/build/shipped.ts';
import { ladder } from '../../src/site/ladder.ts';
import { addressOf, fileAt, type BuildManifest } from '../../src/site/service-worker/build.ts';

const policyOf = (html: string): string | undefined => /content="([^"]*)"/.exec(strictPolicy(html))?.[1];

describe('the policy of a page', () => {
  const page = (policy: string, rest: string): string =>
    `<head><meta charset="utf-8"/>${rest}<meta http-equiv="content-security-policy" content="${policy}"></head>`;

  test('names its own inline scripts and nobody else’s', () => {
    const html = page(
      "default-src 'self'; script-src 'self' 'sha256-somebodyElses='; style-src 'self' 'sha256-unused=';",
      '<script>alert(1)</script><script type="application/ld+json">{}</script><script src="/a.js"></script>',
    );
    expect(policyOf(html)).toBe(
      "default-src 'self'; script-src 'self' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='; style-src 'self'",
    );
  });

  test('comes before the first script', () => {
    const strict = strictPolicy(page("script-src 'self'", '<script>1</script>'));
    expect(strict.indexOf('content-security-policy')).toBeLessThan(strict.indexOf('<script>'));
  });

  test('has no hash beside unsafe-inline, which it would switch off', () => {
    expect(policyOf(page("style-src 'self' 'unsafe-inline' 'sha256-x='", '<style>a{}</style>'))).toBe("style-src 'self' 'unsafe-inline'");
  });

  test('a page without one stays as it is', () => {
    expect(strictPolicy('<p>plain</p>')).toBe('<p>plain</p>');
  });
});

test('what a chunk imports at once', () => {
  const chunk =
    'import{a as b}from"./one.js";import"./two.js";export{c}from\'./three.js\';const d=import("./later.js");export*from"./four.js";';
  expect(staticImports(chunk)).toEqual(['./one.js', './two.js', './three.js', './four.js']);
});

test('a page names no style sheet that comes with an import()', () => {
  const html =
    '<link rel="stylesheet" href="/b/_astro/page.css"><link rel="stylesheet" href="/b/_astro/editor.css"><link rel="icon" href="/b/x">';
  expect(withoutLateStyles(html, '/b/', new Set(['_astro/editor.css']))).toBe(
    '<link rel="stylesheet" href="/b/_astro/page.css"><link rel="icon" href="/b/x">',
  );
});

test('sizes are filled in where they are promised', () => {
  const html =
    '<div class="start" data-start-panel data-exercise="leaf"><b data-size="workbench">a few MB</b><b data-size="other">x</b></div>';
  expect(promiseSizes(html, (exercise) => ({ workbench: `${exercise} 1.5 MB`, python: '', all: '' }))).toBe(
    '<div class="start" data-start-panel data-exercise="leaf"><b data-size="workbench">leaf 1.5 MB</b><b data-size="other">x</b></div>',
  );
});

test.each([
  ['index.html', 900, 'page'],
  ['_astro/site.abc.css', 900, 'page'],
  ['_astro/start.abc.js', 900, 'work'],
  ['_astro/editor.abc.js', 3_400_000, 'work'],
  ['_astro/ts.worker.abc.js', 6_000_000, 'big'],
  ['pyodide/pyodide.asm.wasm', 9_600_000, 'python'],
  ['_astro/ship-a-better-leaf.abc123.world', 3_000_000, 'exercise:ship-a-better-leaf'],
  ['pagefind/pagefind.js', 40_000, 'work'],
] as const)('%s of %i bytes is kept with: %s', (path, bytes, group) => {
  expect(groupOf(path, bytes, new Set(['_astro/site.abc.css']))).toBe(group);
});

describe('addresses and files', () => {
  const manifest: BuildManifest = {
    build: 'x',
    files: Object.fromEntries(
      ['index.html', 'a/index.html', 'b c.js', '404.html'].map((path) => [path, { hash: '', bytes: 0, group: 'page' }]),
    ),
  };
  test.each([
    ['', 'index.html'],
    ['a/', 'a/index.html'],
    ['a', 'a/index.html'],
    ['a/index.html', 'a/index.html'],
    ['b%20c.js', 'b c.js'],
    ['b%2', null],
    ['nowhere/', null],
    ['__proto__', null],
    ['constructor', null],
  ])('%s is served from %s', (path, file) => expect(fileAt(manifest, path)).toBe(file));

  test.each([
    ['index.html', ''],
    ['a/index.html', 'a/'],
    ['404.html', '404.html'],
    ['_astro/index.html.js', '_astro/index.html.js'],
  ])('%s is fetched as %s', (file, address) => expect(addressOf(file)).toBe(address));
});

test.each([
  ['/x/node_modules/zod/v4/mini/index.js', 'zod'],
  ['/x/node_modules/@xterm/xterm/lib/xterm.mjs?inline', '@xterm/xterm'],
  ['/x/node_modules/a/node_modules/@b/c/d.js', '@b/c'],
  ['/x/src/site/home.ts', null],
])('%s belongs to %s', (id, name) => expect(packageOf(id)).toBe(name));

test('a photo becomes a PNG that any decoder reads, and a wrong one is refused', () => {
  expect(greyPng(2, '00ff80ff')).toMatch(/^data:image\/png;base64,iVBORw0KGgo/);
  expect(() => greyPng(2, '00ff80')).toThrow('a 2 x 2 photo needs 4 pixels, it has 3');
});

test('the ladder is the curriculum: seven levels, a capstone, 33 exercises with ids of their own', () => {
  expect(ladder.map(({ key, exercises }) => [key, exercises.length])).toEqual([
    ['0', 3],
    ['1', 5],
    ['2', 6],
    ['3', 5],
    ['4', 4],
    ['5', 5],
    ['6', 4],
    ['capstone', 1],
  ]);
  expect(new Set(ladder.flatMap(({ exercises }) => exercises.map(({ id }) => id))).size).toBe(33);
});
