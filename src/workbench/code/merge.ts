/** Unresolved merges in a file's text. */

/** Lines where git left the two sides of a merge: `<<<<<<<`, `=======`, `>>>>>>>`, numbered from 1. */
export interface MergeBlock {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

/** The unresolved merges of a text. */
export function mergeBlocks(text: string): readonly MergeBlock[] {
  if (!text.includes('<<<<<<<')) return [];
  const blocks: MergeBlock[] = [];
  let start = 0;
  let middle = 0;
  text.split('\n').forEach((line, index) => {
    if (line.startsWith('<<<<<<< ')) [start, middle] = [index + 1, 0];
    else if (start > 0 && /^=======\r?$/.test(line)) middle = index + 1;
    else if (middle > 0 && line.startsWith('>>>>>>> ')) {
      blocks.push({ start, middle, end: index + 1 });
      [start, middle] = [0, 0];
    }
  });
  return blocks;
}
