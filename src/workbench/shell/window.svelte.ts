import type { Workbench } from '../state.svelte.ts';

/** Follows the window: its size, the phone's keyboard, the network, and its end, before which edits are written. Call it while a component is set up. */
export function followWindow(workbench: Workbench): void {
  $effect(() => {
    const { layout } = workbench;
    const sized = (): void => {
      layout.windowWidth = innerWidth;
      layout.windowHeight = innerHeight;
      const view = window.visualViewport;
      layout.keyboard = view ? Math.max(0, Math.round(innerHeight - view.height - view.offsetTop)) : 0;
      document.documentElement.style.setProperty('--wb-keyboard', `${layout.keyboard}px`);
    };
    const network = (): void => {
      workbench.online = navigator.onLine;
    };
    const leave = (): void => {
      workbench.files.keepTabs();
      workbench.files.keepDrafts();
      void workbench.files.writeAll();
    };
    const leaving = (): void => {
      if (document.visibilityState === 'hidden') leave();
    };
    const here = (): void => workbench.progress.sign();
    sized();
    network();
    const end = new AbortController();
    const { signal } = end;
    addEventListener('resize', sized, { signal });
    visualViewport?.addEventListener('resize', sized, { signal });
    addEventListener('online', network, { signal });
    addEventListener('offline', network, { signal });
    document.addEventListener('visibilitychange', leaving, { signal });
    for (const sign of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'focus'])
      addEventListener(sign, here, { signal, capture: true, passive: true });
    addEventListener('pagehide', leave, { signal });
    return () => end.abort();
  });
}
