/** Marks finished and begun lessons wherever the course is listed. */
import { browserProgress } from '../progress/local.ts';
import { progressOf } from '../progress/progress.ts';

let watched = false;

/** Marks every `[data-lesson]` now and after every change of progress. The list may stand in the page twice; watching once is enough. */
export function markLessons(): void {
  if (watched) return;
  watched = true;
  const store = browserProgress();
  const draw = (): void => {
    const progress = progressOf(store.events());
    for (const icon of document.querySelectorAll<HTMLElement>('[data-lesson]')) {
      const status = progress[icon.dataset['lesson'] ?? '']?.status;
      icon.dataset['state'] = status === 'completed' ? 'holds' : status === 'started' ? 'begun' : 'todo';
      const said = icon.parentElement?.querySelector('[data-lesson-said]');
      if (said) said.textContent = status === 'completed' ? ', done' : status === 'started' ? ', begun' : '';
    }
  };
  draw();
  store.subscribe(draw);
}
