/** What the pages need of exercises/: the sentences of the outcomes, read at build time. */
import { z } from 'astro/zod';
import { parse } from 'yaml';

export interface Outcome {
  readonly id: string;
  readonly title: string;
}

const files = import.meta.glob<string>('/exercises/*/exercise.yaml', { query: '?raw', import: 'default', eager: true });
const described = z.object({ outcomes: z.array(z.object({ id: z.string(), title: z.string() })) });

/**
 * The outcomes of an exercise in the order the learner reads them.
 * @throws Error naming the file, for a lesson whose exercise is missing or cannot be read: the build stops there.
 */
export function outcomesOf(exerciseId: string): readonly Outcome[] {
  const file = `exercises/${exerciseId}/exercise.yaml`;
  const text = files[`/${file}`];
  if (text === undefined) throw new Error(`${file} is missing, and a lesson names this exercise in its frontmatter.`);
  try {
    return described.parse(parse(text)).outcomes;
  } catch (error) {
    throw new Error(
      `${file}: ${error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
