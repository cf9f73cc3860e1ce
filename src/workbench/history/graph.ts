/** Lanes of a commit graph: which column each commit stands in and which lines run past it. */
import type { GraphCommit } from '../../world/contract.ts';

/** A line between two neighbouring rows, from a lane above to a lane below. `colour` is the lane's own, 0 to 3. */
export interface LaneLine {
  readonly from: number;
  readonly to: number;
  readonly colour: number;
}

export interface GraphRow {
  readonly commit: GraphCommit;
  readonly lane: number;
  readonly colour: number;
  readonly merge: boolean;
  readonly head: boolean;
  /** Lines that leave this row downwards: those that pass by and those to its parents. */
  readonly below: readonly LaneLine[];
}

const COLOURS = 4;

/** Lays out commits that come newest first with every parent after its children. A parent that is not listed runs off the end. */
export function graphRows(commits: readonly GraphCommit[]): readonly GraphRow[] {
  // Each open lane waits for one commit; its colour stays the lane's while it is open.
  let lanes: ({ readonly id: string; readonly colour: number } | null)[] = [];
  let colours = 0;
  return commits.map((commit) => {
    let lane = lanes.findIndex((open) => open?.id === commit.id);
    if (lane < 0) {
      lane = lanes.findIndex((open) => open === null);
      if (lane < 0) lane = lanes.length;
      lanes[lane] = { id: commit.id, colour: colours++ % COLOURS };
    }
    const colour = lanes[lane]?.colour ?? 0;
    const before = lanes;
    // Lanes that waited for this commit end here, but for the one it stands in.
    const after = before.map((open, index) => (open?.id === commit.id && index !== lane ? null : open));
    const [first, ...others] = commit.parents;
    if (first === undefined) after[lane] = null;
    else after[lane] = after.some((open, index) => index !== lane && open?.id === first) ? null : { id: first, colour };
    for (const parent of others) {
      if (after.some((open) => open?.id === parent)) continue;
      const free = after.indexOf(null);
      after[free < 0 ? after.length : free] = { id: parent, colour: colours++ % COLOURS };
    }
    while (after.length > 0 && after.at(-1) === null) after.pop();
    lanes = after;
    return {
      commit,
      lane,
      colour,
      merge: commit.parents.length > 1,
      head: commit.refs.some((ref) => ref.kind === 'head'),
      below: linesBelow(before, after, lane, commit.parents, colour),
    };
  });
}

type Lanes = readonly ({ readonly id: string; readonly colour: number } | null)[];

function linesBelow(before: Lanes, after: Lanes, lane: number, parents: readonly string[], colour: number): readonly LaneLine[] {
  const lines: LaneLine[] = [];
  before.forEach((open, index) => {
    if (open && index !== lane && after[index]?.id === open.id) lines.push({ from: index, to: index, colour: open.colour });
  });
  parents.forEach((parent, nth) => {
    const to = after.findIndex((open) => open?.id === parent);
    // A line to a second parent takes the colour of the lane it joins; one that ends a side lane keeps its own.
    if (to >= 0) lines.push({ from: lane, to, colour: nth === 0 ? colour : (after[to]?.colour ?? colour) });
  });
  return lines;
}

/** The widest row, in lanes. */
export function laneCount(rows: readonly GraphRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.lane + 1, ...row.below.map((line) => Math.max(line.from, line.to) + 1)), 1);
}
