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

type Lane = { readonly id: string; readonly colour: number } | null;

/** Lays out commits that come newest first with every parent after its children. A parent that is not listed runs off the end. */
export function graphRows(commits: readonly GraphCommit[]): readonly GraphRow[] {
  // Each open lane waits for one commit. Several may wait for the same one: they meet where it stands, in the leftmost of them.
  let lanes: readonly Lane[] = [];
  let colours = 0;
  return commits.map((commit, index) => {
    const before = [...lanes];
    let lane = before.findIndex((open) => open?.id === commit.id);
    if (lane < 0) {
      lane = before.indexOf(null);
      if (lane < 0) lane = before.length;
      before[lane] = { id: commit.id, colour: colours++ % COLOURS };
    }
    const colour = before[lane]?.colour ?? 0;
    const after = before.map((open) => (open?.id === commit.id ? null : open));
    const joins = new Map<string, number>();
    commit.parents.forEach((parent, nth) => {
      const waiting = nth === 0 ? -1 : after.findIndex((open) => open?.id === parent);
      const free = nth === 0 ? lane : after.indexOf(null);
      const to = waiting >= 0 ? waiting : free < 0 ? after.length : free;
      if (waiting < 0) after[to] = { id: parent, colour: nth === 0 ? colour : colours++ % COLOURS };
      joins.set(parent, to);
    });
    while (after.length > 0 && after.at(-1) === null) after.pop();
    lanes = after;

    const next = commits[index + 1]?.id;
    const meeting = after.findIndex((open) => open?.id === next);
    const end = (at: number): number => (after[at]?.id === next && meeting >= 0 ? meeting : at);
    const below: LaneLine[] = [];
    after.forEach((open, at) => {
      if (open && before[at]?.id === open.id) below.push({ from: at, to: end(at), colour: open.colour });
    });
    for (const to of joins.values()) below.push({ from: lane, to: end(to), colour: after[to]?.colour ?? colour });
    return { commit, lane, colour, merge: commit.parents.length > 1, head: commit.refs.some((ref) => ref.kind === 'head'), below };
  });
}

/** The widest row, in lanes. */
export function laneCount(rows: readonly GraphRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.lane + 1, ...row.below.map((line) => Math.max(line.from, line.to) + 1)), 1);
}
