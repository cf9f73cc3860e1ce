/** Unresolved merges in a file's text. */

/** Lines where git left the two sides of a merge: `<<<<<<<`, `=======`, `>>>>>>>`, numbered from 1. */
export interface MergeBlock {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

/** What is left to do about a merge, naming the lines of both sides. */
export function mergeMessage({ start, middle, end }: MergeBlock): string {
  return `Merge not finished: choose between ${linesBetween(start, middle)} and ${linesBetween(middle, end)}, and remove the three marker lines.`;
}

function linesBetween(before: number, after: number): string {
  const [first, last] = [before + 1, after - 1];
  if (first > last) return 'nothing';
  return first === last ? `line ${first}` : `lines ${first} to ${last}`;
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
