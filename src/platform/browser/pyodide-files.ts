/** The files of the pyodide package that a site serves in one folder: all that Python needs, once, about 6.3 MB compressed. */
export const pyodideFiles = ['pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip'] as const;

/** Their sizes in bytes, uncompressed: what progress is measured against, because a compressed answer does not tell. */
export const pyodideFileBytes: Readonly<Record<(typeof pyodideFiles)[number], number>> = {
  'pyodide.asm.mjs': 1_250_344,
  'pyodide.asm.wasm': 9_598_218,
  'python_stdlib.zip': 2_545_637,
};

/** The name under which a site serves a file of the package: not every host knows that `.mjs` is JavaScript, nginx for one. */
export function servedAs(name: (typeof pyodideFiles)[number]): string {
  return name.replace(/\.mjs$/, '.js');
}
