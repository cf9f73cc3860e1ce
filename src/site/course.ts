/** The course as it stands in this build: the ladder joined with the lessons that exist. */
import { getCollection } from 'astro:content';
import { ladder, type Level, type PlannedExercise } from './ladder.ts';
import { inside } from './links.ts';

/** A page of content/ that belongs to a level. */
export interface LessonPage {
  readonly href: string;
  readonly title: string;
  readonly number: string | null;
  readonly minutes: number | null;
  readonly exercise: string | null;
}

/** An exercise on the ladder; `lesson` is null while it is still to be written. */
export interface LadderExercise extends PlannedExercise {
  readonly lesson: LessonPage | null;
}

export interface CourseLevel extends Omit<Level, 'exercises'> {
  readonly exercises: readonly LadderExercise[];
  /** The page that says what the level is about. */
  readonly about: LessonPage | null;
  /** All pages of the level in reading order. */
  readonly pages: readonly LessonPage[];
}

/** Levels in order, each with the pages found in its folder. */
export async function course(): Promise<readonly CourseLevel[]> {
  const entries = (await getCollection('docs')).filter((entry) => import.meta.env.DEV || !entry.data.draft);
  return ladder.map((level) => {
    const inFolder = entries.filter((entry) => entry.id === level.folder || entry.id.startsWith(`${level.folder}/`));
    const ordered = inFolder.toSorted(
      (a, b) => rank(a, level.folder) - rank(b, level.folder) || a.id.localeCompare(b.id, 'en', { numeric: true }),
    );
    const pages = ordered.map(({ id, data }): LessonPage => {
      const { title, number = null, minutes = null, exercise = null } = data;
      return { href: inside(`${id}/`), title, number, minutes, exercise };
    });
    const about = pages.find((page) => page.href === inside(`${level.folder}/`)) ?? null;
    const exercises = level.exercises.map((exercise) => ({
      ...exercise,
      lesson: pages.find((page) => page.exercise === exercise.id) ?? null,
    }));
    return { ...level, about, exercises, pages };
  });
}

/** A level's own page comes first, then the order that pages ask for. */
function rank(
  entry: { readonly id: string; readonly data: { readonly sidebar: { readonly order?: number | undefined } } },
  folder: string,
): number {
  return entry.id === folder ? -Infinity : (entry.data.sidebar.order ?? 0);
}

/** Every lesson page with an exercise, in course order. */
export function exercisePages(levels: readonly CourseLevel[]): readonly LessonPage[] {
  return levels.flatMap((level) => level.pages.filter((page) => page.exercise !== null));
}

/** The level and the neighbours of the page at `href`, or null for a page outside the ladder. */
export function placeOf(
  levels: readonly CourseLevel[],
  href: string,
): { level: CourseLevel; previous: LessonPage | null; next: LessonPage | null } | null {
  const pages = levels.flatMap((level) => level.pages);
  const index = pages.findIndex((page) => page.href === href);
  const level = levels.find((candidate) => candidate.pages.some((page) => page.href === href));
  if (!level) return null;
  return { level, previous: pages[index - 1] ?? null, next: pages[index + 1] ?? null };
}
