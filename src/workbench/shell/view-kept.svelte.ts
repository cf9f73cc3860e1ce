import type { View, Workbench } from '../state.svelte.ts';

const views: readonly View[] = ['code', 'history', 'runs', 'phone'];

/** A reload in the same tab shows the view it left; a phone begins with its own tab. Call it once the first prompt is shown. */
export function keepView(workbench: Workbench): () => void {
  const key = `plumbline:view:${workbench.exerciseId}`;
  const kept = views.find((view) => view === stored(key));
  if (kept !== undefined && kept !== 'code' && workbench.layout.width !== 'phone') workbench.show(kept);
  return $effect.root(() => {
    $effect(() => {
      try {
        sessionStorage.setItem(key, workbench.view);
      } catch {
        // The next visit begins with the code.
      }
    });
  });
}

function stored(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
