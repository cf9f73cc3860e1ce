import { lessonIds } from '../../site/lesson-page.ts';
import type { Workbench } from '../state.svelte.ts';
import { bobPlace, holds, outcomeState } from './order.ts';

/**
 * Keeps the page in step with the workbench: `data-state` on everything in the prose that names a check, `data-tab` on the lesson,
 * and a `plumbline:outcomes` event whenever what holds has changed.
 */
export function followOutcomes(workbench: Workbench): () => void {
  return $effect.root(() => {
    let told = '';
    $effect(() => {
      const { checks } = workbench;
      for (const check of checks)
        for (const element of document.querySelectorAll<HTMLElement>(`[data-check="${CSS.escape(check.id)}"]`)) {
          const state = outcomeState(check);
          if (element.dataset['state'] !== state) element.dataset['state'] = state;
        }
      const held = checks.filter(holds).map((check) => check.id);
      if (held.join() === told) return;
      told = held.join();
      const detail = { exerciseId: workbench.exerciseId, held, of: checks.length, complete: checks.length > 0 && bobPlace(checks) === checks.length };
      document.dispatchEvent(new CustomEvent('plumbline:outcomes', { detail }));
    });
    $effect(() => {
      const page = document.getElementById(lessonIds.page);
      if (page) page.dataset['tab'] = workbench.tab;
    });
  });
}
