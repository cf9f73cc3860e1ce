/** Draws the lines of history beside a log, one row at a time, the way `git log --graph` lays them out. */

type State = 'padding' | 'skip' | 'before' | 'commit' | 'after-merge' | 'collapsing';

/**
 * Columns are the lines of history that come in from above; `next` are those that go on below the current commit.
 * `mapping` says for each character cell of a row which of the next columns it leads to.
 */
export class Graph {
  #state: State = 'padding';
  #before: State = 'padding';
  #commit: string | null = null;
  #parents: readonly string[] = [];
  #columns: string[] = [];
  #next: string[] = [];
  #mapping: number[] = [];
  #oldMapping: number[] = [];
  #size = 0;
  #width = 0;
  #at = 0;
  #lastAt = 0;
  #row = 0;
  /** 0 when the first parent's line is to the left of a merge, 1 otherwise; -1 until that is known. */
  #layout = 0;
  #edges = 0;
  #lastEdges = 0;

  /** Takes the next commit, with those of its parents that are drawn. */
  begin(commit: string, parents: readonly string[]): void {
    this.#commit = commit;
    this.#parents = parents;
    this.#lastAt = this.#at;
    this.#updateColumns();
    this.#row = 0;
    // The row that was drawn last is what the next one looks back at: nothing is drawn here.
    this.#state = this.#state !== 'padding' ? 'skip' : this.#needsRoom() ? 'before' : 'commit';
  }

  /** True when the current commit's drawing is complete and only straight lines are left. */
  get finished(): boolean {
    return this.#state === 'padding';
  }

  /** The next row, padded to the graph's width; `commit` is true for the row with the star. */
  next(mark: string): { readonly text: string; readonly commit: boolean } {
    switch (this.#state) {
      case 'padding':
        return { text: this.#pad(this.#commit === null ? '' : this.#next.map(() => '| ').join('')), commit: false };
      case 'skip':
        this.#go(this.#needsRoom() ? 'before' : 'commit');
        return { text: this.#pad('...'), commit: false };
      case 'before':
        return { text: this.#pad(this.#rowBefore()), commit: false };
      case 'commit':
        return { text: this.#pad(this.#rowOfCommit(mark)), commit: true };
      case 'after-merge':
        return { text: this.#pad(this.#rowAfterMerge()), commit: false };
      case 'collapsing':
        return { text: this.#pad(this.#rowCollapsing()), commit: false };
    }
  }

  /** A row of straight lines for the blank line in front of a commit that has begun but is not drawn yet. */
  padding(mark: string): string {
    if (this.#state !== 'commit') return this.next(mark).text;
    const wide = ' '.repeat(Math.max(1, (this.#parents.length - 2) * 2));
    const text = this.#columns.map((id) => `|${id === this.#commit && this.#parents.length > 2 ? wide : ' '}`).join('');
    this.#before = 'padding';
    return this.#pad(text);
  }

  #go(state: State): void {
    this.#before = this.#state;
    this.#state = state;
  }

  #pad(text: string): string {
    return text.padEnd(this.#width);
  }

  #updateColumns(): void {
    [this.#columns, this.#next] = [this.#next, []];
    const cells = 2 * (this.#columns.length + this.#parents.length);
    this.#mapping = new Array<number>(cells).fill(-1);
    this.#oldMapping.length = Math.max(this.#oldMapping.length, cells);
    this.#size = cells;
    this.#width = 0;
    this.#lastEdges = this.#edges;
    this.#edges = 0;
    let seen = false;
    for (let column = 0; column <= this.#columns.length; column++) {
      if (column === this.#columns.length && seen) break;
      const id = this.#columns[column] ?? (this.#commit as string);
      if (id !== this.#commit) {
        this.#place(id, -1);
        continue;
      }
      seen = true;
      this.#at = column;
      this.#layout = -1;
      for (const parent of this.#parents) this.#place(parent, column);
      if (this.#parents.length === 0) this.#width += 2;
    }
    while (this.#size > 1 && (this.#mapping[this.#size - 1] ?? -1) < 0) this.#size--;
  }

  /** Gives a commit its column below; `from` is the column of the merge that leads to it, -1 for a line that only passes by. */
  #place(id: string, from: number): void {
    let column = this.#next.indexOf(id);
    if (column === -1) column = this.#next.push(id) - 1;
    let cell = this.#width;
    if (this.#parents.length > 1 && from > -1 && this.#layout === -1) {
      const distance = from - column;
      const shift = distance > 1 ? 2 * distance - 3 : 1;
      this.#layout = distance > 0 ? 0 : 1;
      this.#edges = this.#parents.length + this.#layout - 2;
      cell = this.#width + (this.#layout - 1) * shift;
      this.#width += 2 * this.#layout;
    } else if (this.#edges > 0 && column === this.#mapping[this.#width - 2]) {
      // The line that a merge adds and the one beside it go to the same commit: they join at once.
      cell = this.#width - 2;
      this.#edges = -1;
    } else this.#width += 2;
    this.#mapping[cell] = column;
  }

  /** A merge of three or more needs rows above it that make room for its lines. */
  #needsRoom(): boolean {
    return this.#parents.length >= 3 && this.#at < this.#columns.length - 1 && this.#row < this.#dashes * 2;
  }

  get #dashes(): number {
    return this.#parents.length + this.#layout - 3;
  }

  get #settled(): boolean {
    for (let cell = 0; cell < this.#size; cell++) {
      const target = this.#mapping[cell] ?? -1;
      if (target >= 0 && target !== cell >> 1) return false;
    }
    return true;
  }

  #rowBefore(): string {
    let text = '';
    let seen = false;
    for (const [column, id] of this.#columns.entries()) {
      if (id === this.#commit) {
        seen = true;
        text += `|${' '.repeat(this.#row)}`;
      } else if (seen && this.#row === 0) text += this.#before === 'after-merge' && this.#lastAt < column ? '\\' : '|';
      else text += seen ? '\\' : '|';
      text += ' ';
    }
    this.#row++;
    if (!this.#needsRoom()) this.#go('commit');
    return text;
  }

  #rowOfCommit(mark: string): string {
    let text = '';
    let seen = false;
    for (let column = 0; column <= this.#columns.length; column++) {
      if (column === this.#columns.length && seen) break;
      const id = this.#columns[column] ?? this.#commit;
      if (id === this.#commit) {
        seen = true;
        text += mark;
        if (this.#parents.length > 2) text += this.#octopus();
      } else if (seen && this.#edges > 1) text += '\\';
      else if (seen && this.#edges === 1)
        text += this.#before === 'after-merge' && this.#lastEdges > 0 && this.#lastAt < column ? '\\' : '|';
      else if (this.#before === 'collapsing' && this.#oldMapping[2 * column + 1] === column && (this.#mapping[2 * column] ?? -1) < column)
        text += '/';
      else text += '|';
      text += ' ';
    }
    this.#go(this.#parents.length > 1 ? 'after-merge' : this.#settled ? 'padding' : 'collapsing');
    return text;
  }

  #octopus(): string {
    return Array.from({ length: this.#dashes }, (_, at) => (at === this.#dashes - 1 ? '-.' : '--')).join('');
  }

  #rowAfterMerge(): string {
    let text = '';
    let seen = false;
    let underline = false;
    for (let column = 0; column <= this.#columns.length; column++) {
      if (column === this.#columns.length && seen) break;
      const id = this.#columns[column] ?? this.#commit;
      if (id === this.#commit) {
        seen = true;
        let shape = this.#layout;
        for (let parent = 0; parent < this.#parents.length; parent++) {
          text += ['/', '|', '\\'][shape];
          if (shape === 2) {
            if (this.#edges > 0 || parent < this.#parents.length - 1) text += ' ';
          } else shape++;
        }
        if (this.#edges === 0) text += ' ';
      } else if (seen) text += this.#edges > 0 ? '\\ ' : '| ';
      else {
        text += '|';
        if (this.#layout !== 0 || column !== this.#at - 1) text += underline ? '_' : ' ';
      }
      if (id === this.#parents[0]) underline = true;
    }
    this.#go(this.#settled ? 'padding' : 'collapsing');
    return text;
  }

  #rowCollapsing(): string {
    let horizontal = -1;
    let horizontalTarget = -1;
    [this.#mapping, this.#oldMapping] = [this.#oldMapping, this.#mapping];
    for (let cell = 0; cell < this.#size; cell++) this.#mapping[cell] = -1;
    const slide = (target: number, cell: number, edge: number): void => {
      if (horizontal !== -1) return;
      horizontal = edge;
      horizontalTarget = target;
      for (let at = target * 2 + 3; at < cell - 2; at += 2) this.#mapping[at] = target;
    };
    for (let cell = 0; cell < this.#size; cell++) {
      const target = this.#oldMapping[cell] ?? -1;
      if (target < 0) continue;
      if (target * 2 === cell) this.#mapping[cell] = target;
      else if ((this.#mapping[cell - 1] ?? -1) < 0) {
        this.#mapping[cell - 1] = target;
        slide(target, cell, cell);
      } else if (this.#mapping[cell - 1] !== target) {
        // Another line is in the way: this one crosses it.
        this.#mapping[cell - 2] = target;
        slide(target, cell, cell - 1);
      }
    }
    for (let cell = 0; cell < this.#size; cell++) this.#oldMapping[cell] = this.#mapping[cell] ?? -1;
    if ((this.#mapping[this.#size - 1] ?? -1) < 0) this.#size--;
    let text = '';
    let slid = false;
    for (let cell = 0; cell < this.#size; cell++) {
      const target = this.#mapping[cell] ?? -1;
      if (target < 0) text += ' ';
      else if (target * 2 === cell) text += '|';
      else if (target === horizontalTarget && cell !== horizontal - 1) {
        if (cell !== target * 2 + 3) this.#mapping[cell] = -1;
        slid = true;
        text += '_';
      } else {
        if (slid && cell < horizontal) this.#mapping[cell] = -1;
        text += '/';
      }
    }
    if (this.#settled) this.#go('padding');
    return text;
  }
}
