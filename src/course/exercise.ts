/** course: levels, lessons and exercises as data: their schemas and readers. Knows no host: folders come in as file trees. */
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { FileTree } from '../platform/platform.ts';
import type { Exercise, ExerciseMeta, Route } from './contract.ts';
import { teammatesSchema } from './teammates.ts';

const hintSteps = z.array(z.string().min(10)).length(3, 'give three steps: a nudge, a pointer, almost the answer');

/** exercise.yaml. */
export const exerciseSchema = z.strictObject({
  title: z.string().min(1),
  number: z.string().regex(/^\d\.\d+$/, 'level and place, such as 3.3'),
  minutes: z.number().int().positive(),
  facilities: z.array(z.string()).min(1),
  repository: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a repository name: lower-case letters, digits and dashes'),
  /** When the world begins, before start.sh: a virtual time in UTC. */
  begins: z.iso.datetime(),
  /** Folders of `exercises/` whose `files` the start folder is laid over, in order. */
  base: z.array(z.string()).default([]),
  /** The packed photos that the phone's users take, as a path below `exercises/`. */
  photos: z.string(),
  /** What the origin refuses once the exercise has begun, by branch name or glob, with the sentence that the pusher reads. */
  protect: z
    .array(
      z.strictObject({
        branch: z.string(),
        refuse: z.array(z.enum(['push', 'force-push', 'deletion'])).min(1),
        reason: z.string().min(10),
      }),
    )
    .default([]),
  /** What colleagues do by themselves once the exercise has begun. */
  teammates: teammatesSchema,
  outcomes: z.array(z.strictObject({ id: z.string(), title: z.string().min(1) })).min(1),
  hints: z.record(z.string(), hintSteps),
});

/** An exercise folder that cannot be read: which file, where, and what to do. */
export class ExerciseError extends Error {
  override readonly name = 'ExerciseError';
}

/**
 * Reads one exercise from the `exercises/` folder, given as a tree with its root at `/`.
 * @throws ExerciseError
 */
export function readExercise(id: string, exercises: FileTree): Exercise {
  const folder = `/${id}/`;
  const texts = new Map(
    exercises.flatMap((entry) =>
      entry.type === 'file' && entry.path.startsWith(folder) ? [[entry.path.slice(folder.length), entry.bytes] as const] : [],
    ),
  );
  const text = (name: string) => {
    const bytes = texts.get(name);
    return bytes === undefined ? null : new TextDecoder().decode(bytes);
  };
  const need = (name: string) => text(name) ?? fail(`exercises/${id}/${name} is missing`);
  const { meta, base } = readMeta(id, need('exercise.yaml'));
  const names = [...texts.keys()].sort();
  const routes = (pattern: RegExp) => names.filter((name) => pattern.test(name)).map((name) => ({ name, script: need(name) }));
  const solutions = routes(/^solution(-[a-z0-9-]+)?\.sh$/).map(({ name, script }) => ({ name: name.replace(/\.sh$/, ''), script }));
  if (solutions.length === 0) fail(`exercises/${id}/solution.sh is missing: an exercise needs one valid route at least`);
  return {
    meta,
    start: startTree(id, base, exercises),
    startScript: need('start.sh'),
    solutions,
    attempts: routes(/^attempts\/[a-z0-9-]+\.sh$/).map(({ name, script }) => readAttempt(id, name, script, meta)),
  };
}

/** The ids of the exercises in the tree: folders with an exercise.yaml, sorted. */
export function exerciseIds(exercises: FileTree): readonly string[] {
  return exercises.flatMap((entry) => /^\/([^/_][^/]*)\/exercise\.yaml$/.exec(entry.path)?.[1] ?? []).sort();
}

function readMeta(id: string, source: string): { readonly meta: ExerciseMeta; readonly base: readonly string[] } {
  const file = `exercises/${id}/exercise.yaml`;
  let data: unknown;
  try {
    data = parseYaml(source);
  } catch (error) {
    const place = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
    fail(
      `${file}${place ? `:${place.line}:${place.col}` : ''} is not valid YAML: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    );
  }
  const parsed = exerciseSchema.safeParse(data);
  if (!parsed.success) {
    fail(parsed.error.issues.map((issue) => `${file}: ${issue.path.join('.') || 'the file'}: ${issue.message}`).join('\n'));
  }
  const { base, ...rest } = parsed.data;
  return { meta: { id, level: Number(rest.number.split('.')[0]), ...rest }, base };
}

function readAttempt(id: string, name: string, script: string, meta: ExerciseMeta): Route {
  const header = /^# fails: ([a-z0-9-]+)(?: \(([a-z0-9-]+)\))?$/m.exec(script);
  if (header === null)
    fail(`exercises/${id}/${name} does not say which check must catch it: begin with a line "# fails: check-id (hint-name)"`);
  const [, check = '', hint = null] = header;
  if (!meta.outcomes.some((outcome) => outcome.id === check))
    fail(`exercises/${id}/${name}: there is no outcome ${check} in exercise.yaml`);
  if (hint !== null && !(hint in meta.hints)) fail(`exercises/${id}/${name}: there is no hint ${hint} in exercise.yaml`);
  return { name: name.replace(/^attempts\//, '').replace(/\.sh$/, ''), script, fails: { check, hint: hint ?? null } };
}

/** The files of the bases in order, then the exercise's own start folder, all below `/start`. */
function startTree(id: string, base: readonly string[], exercises: FileTree): FileTree {
  const merged = new Map<string, FileTree[number]>();
  for (const prefix of [...base.map((name) => `/${name}`), `/${id}/start`]) {
    const entries = exercises.filter((entry) => entry.path === prefix || entry.path.startsWith(`${prefix}/`));
    if (entries.length === 0) fail(`exercises${prefix} does not exist, but exercises/${id} starts from it`);
    for (const entry of entries)
      merged.set(`/start${entry.path.slice(prefix.length)}`, { ...entry, path: `/start${entry.path.slice(prefix.length)}` });
  }
  return [...merged.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fail(message: string): never {
  throw new ExerciseError(message);
}
