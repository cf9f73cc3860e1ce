import { z } from 'zod';
import type { CheckMemory } from '../checks/runner.ts';
import { DamagedFileError, unpack } from '../world/pack.ts';
import type { WorldSnapshot } from '../world/world.ts';

/** The format that is written. One that changes what must be there gets the next number, and a step in MIGRATIONS from the one before. */
export const FORMAT = 2;

/** What is stored and exported of an exercise under way. */
export interface Kept {
  readonly format: typeof FORMAT;
  readonly exercise: string;
  readonly world: WorldSnapshot;
  readonly checks: readonly CheckMemory[];
  readonly history: readonly string[];
}

const bytes = z.instanceof(Uint8Array);
/** Absolute, and without a part that leads out of it. */
const path = z.string().refine((value) => value.startsWith('/') && !value.split('/').includes('..'), 'not a path inside the tree');
const tree = z.array(
  z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('file'), path, bytes, mode: z.number(), mtime: z.number() }),
    z.looseObject({ type: z.literal('directory'), path, mode: z.number(), mtime: z.number() }),
    z.looseObject({ type: z.literal('symlink'), path, target: z.string(), mtime: z.number() }),
  ]),
);

/** A moment of virtual time, in ms since the epoch, that a Date can hold. Source: ECMAScript, "Time Values and Time Range". */
const moment = z.number().min(0).max(8.64e15);

const status = z.enum(['queued', 'waiting', 'in_progress', 'completed']);
const conclusion = z.enum(['success', 'failure', 'cancelled', 'skipped']).nullable();

const run = z.looseObject({
  id: z.number(),
  number: z.number(),
  workflow: z.string(),
  path: z.string(),
  title: z.string(),
  event: z.string(),
  ref: z.string(),
  commit: z.string(),
  createdAt: z.number(),
  status,
  conclusion,
  jobs: z.array(
    z.looseObject({
      key: z.string(),
      id: z.string(),
      name: z.string(),
      needs: z.array(z.string()),
      status,
      conclusion,
      steps: z.array(z.looseObject({ number: z.number(), name: z.string(), status, conclusion })),
      summary: z.string(),
    }),
  ),
  artifacts: z.array(z.looseObject({ id: z.number(), name: z.string(), digest: z.string() })),
  annotations: z.array(z.looseObject({ message: z.string(), jobKey: z.string() })),
  errors: z.array(z.looseObject({ message: z.string() })),
});

const answer = z.discriminatedUnion('ok', [
  z.looseObject({ ok: z.literal(true), species: z.string(), votes: z.record(z.string(), z.number()) }),
  z.looseObject({ ok: z.literal(false), error: z.string() }),
]);

const verdict = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal(['holds', 'pending', 'unknown']) }),
  z.looseObject({ status: z.literal('fails'), hint: z.string(), lookAt: z.array(z.looseObject({ text: z.string() })) }),
]);

const comment = z.looseObject({ id: z.number(), author: z.string(), at: moment, body: z.string() });
const people = z.array(z.string());
const settings = z.array(z.looseObject({ name: z.string(), value: z.string(), environment: z.string().nullable() }));
const ticket = {
  number: z.number(),
  title: z.string(),
  body: z.string(),
  author: z.string(),
  createdAt: moment,
  comments: z.array(comment),
};
const timeline = z.array(z.looseObject({ type: z.string(), at: moment, by: z.string() }));

const collaboration = z.looseObject({
  nextNumber: z.number(),
  nextId: z.number(),
  workItems: z.array(
    z.looseObject({ ...ticket, timeline, assignees: people, labels: z.array(z.string()), state: z.enum(['open', 'closed']) }),
  ),
  pullRequests: z.array(
    z.looseObject({
      ...ticket,
      timeline,
      base: z.string(),
      head: z.string(),
      headCommit: z.string(),
      state: z.enum(['open', 'closed', 'merged']),
      requested: people,
      reviews: z.array(z.looseObject({ id: z.number(), author: z.string(), verdict: z.string(), commit: z.string() })),
      threads: z.array(z.looseObject({ id: z.number(), path: z.string(), line: z.number(), comments: z.array(comment) })),
    }),
  ),
  releases: z.array(
    z.looseObject({ id: z.number(), tag: z.string(), title: z.string(), assets: z.array(z.looseObject({ name: z.string(), bytes })) }),
  ),
  secrets: settings,
  variables: settings,
});

/** The shape of a world file: enough that neither restoring it nor reading it for the page meets a surprise. */
const keptSchema = z.looseObject({
  format: z.literal(FORMAT),
  exercise: z.string(),
  world: z.looseObject({
    version: z.literal(1),
    now: moment,
    began: z.looseObject({ commit: z.string(), runId: z.number(), deploymentId: z.number(), at: z.number() }),
    files: tree,
    forge: z.looseObject({
      version: z.literal(1),
      repositories: z.array(
        z.looseObject({
          name: z.string(),
          objects: z.array(z.looseObject({ id: z.string().regex(/^[0-9a-f]{40}$/), type: z.string(), bytes })),
          refs: z.array(z.looseObject({ name: z.string(), target: z.string(), symbolic: z.boolean() })),
          protections: z.array(z.looseObject({ pattern: z.string(), reason: z.string() })),
          collaboration: collaboration.optional(),
        }),
      ),
    }),
    pipelines: z.looseObject({
      version: z.literal(1),
      runs: z.array(run),
      logs: z.array(z.looseObject({ runId: z.number(), lines: z.array(z.looseObject({ text: z.string() })) })),
      artifacts: z.array(z.looseObject({ runId: z.number(), id: z.number(), files: tree })),
    }),
    cloud: z.looseObject({
      version: z.literal(1),
      deployments: z.array(
        z.looseObject({
          id: z.number(),
          environment: z.string(),
          digest: z.string(),
          commit: z.string(),
          pushedAt: z.number(),
          liveAt: z.number(),
        }),
      ),
      packages: z.array(z.looseObject({ digest: z.string(), files: tree, answers: z.array(answer) })),
      taken: z.array(z.looseObject({ at: z.number(), photo: z.number() })),
    }),
    events: z.array(z.looseObject({ seq: z.number(), type: z.string() })),
    triggers: z.array(z.looseObject({ event: z.string(), after: z.string() })),
    teammates: z
      .looseObject({
        begun: z.record(z.string(), z.number()),
        underWay: z.array(
          z.looseObject({
            action: z.string(),
            at: moment,
            facts: z.record(z.string(), z.string()),
            progress: z.looseObject({ next: z.number(), cwd: path, files: tree }).nullable(),
          }),
        ),
      })
      .optional(),
  }),
  checks: z.array(z.looseObject({ id: z.string(), verdict: verdict.nullish(), hintsShown: z.number() })),
  history: z.array(z.string()),
});

type Loose = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null;

/** What leads from a format to the next, by the number of the earlier one. */
const MIGRATIONS: Readonly<Record<number, (kept: Loose) => Loose>> = {
  // The first releases kept no triggers, then no verdicts, then no history of the terminals.
  1: ({ world, ...kept }) => ({
    checks: [],
    history: [],
    ...kept,
    world: isObject(world) ? { triggers: [], ...world } : world,
    format: 2,
  }),
};

/** The same in today's format. What has no format that is known stays as it is, for the schema to refuse. */
function migrated(value: unknown): unknown {
  let kept = value;
  while (isObject(kept) && typeof kept['format'] === 'number') {
    const step = MIGRATIONS[kept['format']];
    if (step === undefined) break;
    kept = step(kept);
  }
  return kept;
}

/**
 * Reads what `pack` made of an exercise under way.
 * @throws DamagedFileError when it is damaged, made by another version, or belongs to another exercise.
 */
export function readKept(packed: Uint8Array, exerciseId: string): Kept {
  const value = migrated(unpack(packed));
  if (isObject(value) && typeof value['format'] === 'number' && value['format'] > FORMAT) {
    throw new DamagedFileError('It was made by a newer Plumbline. Reload this page to update it.');
  }
  const parsed = keptSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DamagedFileError(
      `This file is damaged or was made by another version (${issue?.path.join('.') || 'its head'}: ${issue?.message}).`,
    );
  }
  const kept = parsed.data as unknown as Kept;
  if (kept.exercise !== exerciseId) {
    throw new DamagedFileError(`This file belongs to the exercise ${kept.exercise}. Open that lesson, then import it there.`);
  }
  return kept;
}
