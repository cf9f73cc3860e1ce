import { lessonIds } from '../../site/lesson-page.ts';
import type { Workbench } from '../state.svelte.ts';

/**
 * The reading pane belongs to the page, which folds it to a rail (`data-folded` on the lesson). In a narrow window, views that need
 * the width begin folded; what the learner changes is remembered for each view.
 */
export function followFolding(workbench: Workbench): () => void {
  const page = document.getElementById(lessonIds.page);
  if (!page) return () => {};
  const observer = new MutationObserver(() => workbench.layout.foldReading(workbench.view, page.dataset['folded'] !== undefined));
  const watch = (): void => observer.observe(page, { attributeFilter: ['data-folded'] });
  const stop = $effect.root(() => {
    $effect(() => {
      const folded = workbench.layout.isReadingFolded(workbench.view);
      if (folded === (page.dataset['folded'] !== undefined)) return;
      observer.disconnect();
      page.toggleAttribute('data-folded', folded);
      watch();
    });
  });
  watch();
  return () => {
    stop();
    observer.disconnect();
  };
}
