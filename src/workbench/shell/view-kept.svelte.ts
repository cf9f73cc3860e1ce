import { keep, kept } from '../parts/session-kept.ts';
import type { View, Workbench } from '../state.svelte.ts';

const views: readonly View[] = ['code', 'history', 'runs', 'origin', 'phone'];

/** A reload in the same tab shows the view it left; a phone begins with its own tab. Call it once the first prompt is shown. */
export function keepView(workbench: Workbench): () => void {
  const key = `plumbline:view:${workbench.exerciseId}`;
  const before = kept(key);
  const view = views.find((one) => one === before);
  if (view !== undefined && view !== 'code' && workbench.layout.width !== 'phone') workbench.show(view);
  return $effect.root(() => {
    $effect(() => keep(key, workbench.view));
  });
}
