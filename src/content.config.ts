import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { z } from 'astro/zod';
import { docsSchema } from '@astrojs/starlight/schema';

/** What a lesson's frontmatter may say beside Starlight's own fields. */
const lessonFields = z.object({
  /** Folder name under exercises/; its presence makes the page a lesson with a workbench. */
  exercise: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'exercise must be the name of a folder under exercises/, such as ship-a-better-leaf')
    .optional(),
  /** `3.3`: level and place in it. Quote it: a bare 3.10 is the number 3.1. */
  number: z.string('number must be quoted, such as "3.3"').optional(),
  /** How long it takes, in minutes. */
  minutes: z.number().int().positive().optional(),
});

export const collections = {
  docs: defineCollection({
    loader: glob({ base: 'content', pattern: '**/[^_]*.{md,mdx}' }),
    schema: docsSchema({ extend: lessonFields }),
  }),
};
