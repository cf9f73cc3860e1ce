/** What is done to the finished build: a policy that names exactly the inline scripts of each page, and sizes where they are promised. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';

/** Runs after every other integration's build step. */
export function finishBuild(): AstroIntegration {
  return {
    name: 'plumbline:finish',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const out = fileURLToPath(dir);
        const pages = (await readdir(out, { recursive: true })).filter((path) => path.endsWith('.html'));
        await Promise.all(
          pages.map(async (path) => {
            const file = join(out, path);
            await writeFile(file, strictPolicy(await readFile(file, 'utf8')));
          }),
        );
      },
    },
  };
}

/** The page with its policy's hashes replaced by those of the inline scripts and styles it really has. */
export function strictPolicy(html: string): string {
  const scripts = hashes(html, /<script(?![^>]*\ssrc=)([^>]*)>([\s\S]*?)<\/script>/g);
  const styles = hashes(html, /<style([^>]*)>([\s\S]*?)<\/style>/g);
  return html.replace(/(<meta http-equiv="content-security-policy" content=")([^"]*)(")/i, (_, before: string, policy: string, after: string) => {
    const directives = policy.split(';').map((directive) => directive.trim()).filter(Boolean);
    const exact = directives.map((directive) => {
      const [name, ...sources] = directive.split(/\s+/);
      const kept = sources.filter((source) => !/^'sha\d+-/.test(source));
      if (name === 'script-src') return [name, ...kept, ...scripts].join(' ');
      if (name === 'style-src') return [name, ...kept, ...(kept.includes("'unsafe-inline'") ? [] : styles)].join(' ');
      return directive;
    });
    return `${before}${exact.join('; ')}${after}`;
  });
}

function hashes(html: string, element: RegExp): readonly string[] {
  const found = [...html.matchAll(element)].filter(([, attributes = '']) => !/type="(?!module|text\/javascript)[^"]*"/.test(attributes));
  return [...new Set(found.map(([, , text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`))];
}
