/**
 * npm run bench: what the product costs, as medians, with a reference in the same run where there is one. Nothing here is asserted;
 * limits are printed beside the figures. Needs a built site (`npm run build`), native git, and a Chromium.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { engineFigures } from './engine.ts';
import { gitFigures } from './git.ts';
import { largeFigures } from './large.ts';
import { pageFigures } from './page.ts';
import type { Figure } from './figure.ts';

const project = join(import.meta.dirname, '..', '..');
const dist = join(project, 'dist');
if (!existsSync(join(dist, 'index.html'))) {
  console.error('There is no built site in dist/. Run: npm run build');
  process.exit(2);
}
const wanted = process.argv.slice(2);
const sections: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  git: gitFigures,
  large: largeFigures,
  engine: engineFigures,
  page: () => pageFigures(dist),
  size: async () => sizeFigures(),
  build: async () => buildFigures(),
};

const figures: Figure[] = [];
for (const [name, measure] of Object.entries(sections)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of await measure()) {
    figures.push(figure);
    const verdict =
      figure.limit === undefined
        ? ''
        : figure.value <= figure.limit
          ? `  (limit ${figure.limit} ${figure.unit})`
          : `  OVER the limit of ${figure.limit} ${figure.unit}`;
    console.log(
      `${figure.name.padEnd(58)} ${String(figure.value).padStart(9)} ${figure.unit.padEnd(6)}${verdict}${figure.note ? `  ${figure.note}` : ''}`,
    );
  }
}
process.exit(0);

/** What a learner downloads for their first exercise, gzipped as a host would. */
function sizeFigures(): readonly Figure[] {
  const gz = (path: string) => gzipSync(readFileSync(path), { level: 6 }).length;
  const all = walk(dist);
  const sum = (files: readonly string[]) =>
    files.reduce((total, file) => total + (file.endsWith('.world') ? statSync(file).size : gz(file)), 0);
  const mb = (bytes: number) => Number((bytes / 1e6).toFixed(2));
  return [
    { name: 'Whole site, gzipped', value: mb(sum(all)), unit: 'MB' },
    { name: 'Python (first use only), gzipped', value: mb(sum(all.filter((file) => file.includes('/pyodide/')))), unit: 'MB' },
    { name: 'Starting world of the first exercise', value: mb(sum(all.filter((file) => file.endsWith('.world')))), unit: 'MB' },
  ];
}

/** A clean build, split over the lessons there are. */
function buildFigures(): readonly Figure[] {
  const lessons = walk(join(project, 'content')).filter((file) => /\.mdx?$/.test(file)).length;
  const began = performance.now();
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: project, stdio: 'ignore' });
  const seconds = (performance.now() - began) / 1000;
  return [
    { name: 'Site build', value: Number(seconds.toFixed(1)), unit: 's' },
    { name: `Site build per page of content (${lessons})`, value: Number((seconds / lessons).toFixed(1)), unit: 's' },
  ];
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
