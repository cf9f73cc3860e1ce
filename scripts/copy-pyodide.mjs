// Copies Python's files from the pyodide package into public/pyodide/, from where the site serves them.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pyodideFileBytes, pyodideFiles, servedAs } from '../src/platform/browser/pyodide-files.ts';

/** Copies what is missing or different into `folder`; answers the names that were copied. */
export function copyPyodide(folder = fileURLToPath(new URL('../public/pyodide/', import.meta.url))) {
  const from = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));
  mkdirSync(folder, { recursive: true });
  const served = pyodideFiles.map(servedAs);
  for (const name of readdirSync(folder)) if (!served.includes(name)) rmSync(join(folder, name), { recursive: true });
  return pyodideFiles.filter((name) => {
    const size = statSync(join(from, name)).size;
    if (size !== pyodideFileBytes[name]) {
      throw new Error(`${name} has ${size} bytes and not ${pyodideFileBytes[name]}: correct src/platform/browser/pyodide-files.ts`);
    }
    const target = join(folder, servedAs(name));
    const known = statSync(target, { throwIfNoEntry: false })?.size === size;
    if (known && readFileSync(target).equals(readFileSync(join(from, name)))) return false;
    copyFileSync(join(from, name), target);
    return true;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const copied = copyPyodide();
  console.log(copied.length === 0 ? 'public/pyodide is up to date' : `copied ${copied.join(', ')} to public/pyodide`);
}
