/** Where the jobs of a run stand in its graph: columns by what they need, legs of one matrix together. */
import type { JobRun } from '../../pipelines/contract.ts';
import { stateOf } from './status.ts';
import type { StateName } from './status.ts';

/** A node of the graph: one job, or a matrix with more legs than fit, folded into one. */
export interface GraphNode {
  readonly key: string;
  readonly id: string;
  readonly jobs: readonly JobRun[];
  readonly column: number;
  readonly row: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `done`: what it needs has passed; `skip`: it will not run; `open`: not decided. */
  readonly kind: 'done' | 'skip' | 'open';
}

export interface JobGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly columns: number;
  readonly rows: number;
}

/** Matrices with more legs than this become one node that opens. */
const LEGS_SHOWN = 4;

/** From one column to the next, and the width of a node, both in px: as drawn where there is room, closer where that saves scrolling. */
export function columnSizes(columns: number, available: number): { readonly across: number; readonly width: number } {
  const [widest, gap] = [176, 46];
  const [narrowest, closer] = [124, 28];
  const width = Math.min(widest, Math.floor((available + closer) / columns) - closer);
  const drawn = columns * (widest + gap) - gap <= available || width < narrowest;
  return drawn ? { across: widest + gap, width: widest } : { across: width + closer, width };
}

/** The worst of several states, as a folded matrix shows it. */
export function worstState(jobs: readonly JobRun[]): StateName {
  const order: readonly StateName[] = ['failure', 'running', 'waiting', 'queued', 'cancelled', 'success', 'skipped'];
  const states = new Set(jobs.map(stateOf));
  return order.find((state) => states.has(state)) ?? 'todo';
}

/** Lays the jobs out. `unfolded` names the matrices (by job id) whose legs are all shown. A need that names no job is left out. */
export function jobGraph(jobs: readonly JobRun[], unfolded: ReadonlySet<string> = new Set()): JobGraph {
  const byId = new Map<string, JobRun[]>();
  for (const job of jobs) byId.set(job.id, [...(byId.get(job.id) ?? []), job]);
  const depth = depths(byId);
  const columns = Math.max(0, ...depth.values()) + (jobs.length > 0 ? 1 : 0);

  const nodes: GraphNode[] = [];
  const place = new Map<string, number>();
  for (let column = 0; column < columns; column += 1) {
    const ids = [...byId.keys()].filter((id) => depth.get(id) === column);
    // Rows follow the mean row of what is needed, so that edges cross little; equal ones keep the file's order.
    const weight = new Map(ids.map((id) => [id, meanRow(byId.get(id)?.[0]?.needs ?? [], place)]));
    ids.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
    let row = 0;
    for (const id of ids) {
      const legs = byId.get(id) ?? [];
      const first = row;
      if (legs.length > LEGS_SHOWN && !unfolded.has(id)) nodes.push({ key: `matrix:${id}`, id, jobs: legs, column, row: row++ });
      else for (const leg of legs) nodes.push({ key: leg.key, id, jobs: [leg], column, row: row++ });
      place.set(id, (first + row - 1) / 2);
    }
  }
  const rows = Math.max(0, ...nodes.map((node) => node.row + 1));
  return { nodes: centred(nodes, columns, rows), edges: edgesOf(nodes, byId), columns, rows };
}

function depths(byId: ReadonlyMap<string, readonly JobRun[]>): Map<string, number> {
  const depth = new Map<string, number>();
  const visit = (id: string, trail: ReadonlySet<string>): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    const needs = (byId.get(id)?.[0]?.needs ?? []).filter((need) => byId.has(need) && !trail.has(need));
    const value = needs.length === 0 ? 0 : 1 + Math.max(...needs.map((need) => visit(need, new Set([...trail, id]))));
    depth.set(id, value);
    return value;
  };
  for (const id of byId.keys()) visit(id, new Set());
  return depth;
}

function meanRow(needs: readonly string[], place: ReadonlyMap<string, number>): number {
  const rows = needs.flatMap((need) => place.get(need) ?? []);
  return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length;
}

/** Short columns stand in the middle of the tall ones. */
function centred(nodes: readonly GraphNode[], columns: number, rows: number): readonly GraphNode[] {
  const height = Array.from({ length: columns }, (_, column) => nodes.filter((node) => node.column === column).length);
  return nodes.map((node) => ({ ...node, row: node.row + (rows - (height[node.column] ?? rows)) / 2 }));
}

function edgesOf(nodes: readonly GraphNode[], byId: ReadonlyMap<string, readonly JobRun[]>): readonly GraphEdge[] {
  return nodes.flatMap((to) =>
    (to.jobs[0]?.needs ?? [])
      .filter((need) => byId.has(need))
      .flatMap((need) =>
        nodes.filter((from) => from.id === need).map((from): GraphEdge => ({ from: from.key, to: to.key, kind: edgeKind(from, to) })),
      ),
  );
}

function edgeKind(from: GraphNode, to: GraphNode): GraphEdge['kind'] {
  if (worstState(to.jobs) === 'skipped') return 'skip';
  const started = to.jobs.some((job) => job.startedAt !== null);
  return worstState(from.jobs) === 'success' && started ? 'done' : 'open';
}
