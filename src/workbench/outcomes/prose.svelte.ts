import { lessonIds } from '../../site/lesson-page.ts';
import type { Workbench } from '../state.svelte.ts';
import { outcomeState } from './order.ts';

/**
 * Keeps the page in step with the workbench: `data-state` on everything in it that names a check, and `data-tab` on the lesson.
 */
export function followOutcomes(workbench: Workbench): () => void {
  return $effect.root(() => {
    $effect(() => {
      const { checks } = workbench;
      for (const check of checks)
        for (const element of document.querySelectorAll<HTMLElement>(`[data-check="${CSS.escape(check.id)}"]`)) {
          const state = outcomeState(check);
          if (element.dataset['state'] !== state) element.dataset['state'] = state;
        }
    });
    $effect(() => {
      const page = document.getElementById(lessonIds.page);
      if (page) page.dataset['tab'] = workbench.tab;
    });
  });
}
