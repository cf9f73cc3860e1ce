/** What the pages need of exercises/: the sentences of the outcomes, read at build time. */
import { parse } from 'yaml';
import { z } from 'astro/zod';

export interface Outcome {
  readonly id: string;
  readonly title: string;
}

const described = import.meta.glob<string>('/exercises/*/exercise.yaml', { query: '?raw', import: 'default', eager: true });
const checked = import.meta.glob<Record<string, unknown>>('/exercises/*/checks.ts', { eager: true });

const outcome = z.object({ id: z.string(), title: z.string() });
const description = z.object({
  checks: z.array(z.string()).default([]),
  outcomes: z.union([z.array(outcome), z.record(z.string(), z.string()).transform((map) => Object.entries(map).map(([id, title]) => ({ id, title })))]).optional(),
});

/** The outcomes of an exercise in the order the learner reads them; empty when the folder has none yet. */
export function outcomesOf(exerciseId: string): readonly Outcome[] {
  const text = described[`/exercises/${exerciseId}/exercise.yaml`];
  const meta = text === undefined ? null : description.safeParse(parse(text));
  if (meta && !meta.success) throw new Error(`exercises/${exerciseId}/exercise.yaml: ${z.prettifyError(meta.error)}`);
  if (meta?.data.outcomes) return meta.data.outcomes;
  const titles = Object.values(checked[`/exercises/${exerciseId}/checks.ts`] ?? {}).flatMap((exported) => {
    const list = z.array(outcome).safeParse(exported);
    return list.success ? list.data : [];
  });
  const inOrder = meta?.data.checks.map((id) => titles.find((title) => title.id === id)).filter((title) => title !== undefined) ?? [];
  return inOrder.length > 0 ? inOrder : titles;
}
