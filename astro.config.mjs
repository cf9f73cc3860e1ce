// @ts-check
import { defineConfig } from 'astro/config';
import mdx from '@astrojs/mdx';
import starlight from '@astrojs/starlight';
import svelte from '@astrojs/svelte';
import { finishBuild } from './src/site/build/finish.ts';
import { noteLateStyles } from './src/site/build/late-styles.ts';
import { noteShipped } from './src/site/build/shipped.ts';
import { withoutProbes } from './src/site/build/without-probes.ts';
import { styleToClass } from './src/site/build/shiki-classes.ts';
import { scriptSources } from './src/site/worker-policy.js';

/** Python can be interrupted at once where the page is isolated; everything works without these headers too. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** @type {Record<string, string>} */
const components = Object.fromEntries(
  [
    'ContentPanel',
    'Footer',
    'Head',
    'Header',
    'MobileMenuFooter',
    'MobileMenuToggle',
    'PageFrame',
    'PageTitle',
    'Pagination',
    'Search',
    'Sidebar',
    'SkipLink',
    'ThemeProvider',
    'TwoColumnContent',
  ].map((name) => [name, `./src/components/starlight/${name}.astro`]),
);

export default defineConfig({
  base: process.env.PLUMBLINE_BASE ?? '/',
  ...(process.env.PLUMBLINE_SITE ? { site: process.env.PLUMBLINE_SITE } : {}),
  outDir: process.env.PLUMBLINE_OUT ?? './dist',
  trailingSlash: 'always',
  build: { format: 'directory', inlineStylesheets: 'never' },
  prefetch: false,
  devToolbar: { enabled: false },
  server: { headers: isolation },
  integrations: [
    svelte(),
    starlight({
      title: 'Plumbline',
      description: 'DevOps for data scientists, learned by doing it in the browser.',
      favicon: '/favicon.svg',
      customCss: ['./src/styles/site.css'],
      components,
      expressiveCode: false,
      disable404Route: true,
      pagefind: true,
      credits: false,
      // Its list of headings is drawn with style attributes, which the policy refuses; the pages are short.
      tableOfContents: false,
    }),
    mdx(),
    finishBuild(),
  ],
  markdown: {
    syntaxHighlight: 'shiki',
    shikiConfig: { theme: 'css-variables', transformers: [styleToClass] },
  },
  security: {
    csp: {
      directives: [
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
      ],
      scriptDirective: { resources: scriptSources },
      styleDirective: { resources: ["'self'"] },
    },
  },
  vite: {
    plugins: [noteShipped('page'), noteLateStyles()],
    worker: { format: 'es', plugins: () => [noteShipped('worker'), withoutProbes()] },
    build: { assetsInlineLimit: 0 },
    server: { headers: isolation },
    preview: { headers: isolation },
  },
});
