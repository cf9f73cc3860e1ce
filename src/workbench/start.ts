/**
 * workbench: the interactive pane of a lesson, loaded when the learner presses Start. It knows the screen and asks the world
 * through `WorldClient`; it may import every room's contract, and the page's agreement in `src/site/lesson-page.ts`.
 */
import type { StartOptions } from '../site/lesson-page.ts';
import { mountWorkbench } from './mount.ts';
import { openWorld } from './open-world.ts';

/** Opens the exercise's world and shows the workbench in the lesson's page; resolves when the prompt is usable. */
export function start(options: StartOptions): Promise<void> {
  return mountWorkbench(options, (onProgress, onCrash) =>
    openWorld({ exerciseId: options.exerciseId, base: options.base, onProgress, onCrash }),
  );
}
