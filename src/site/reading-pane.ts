/** The separator between reading pane and workbench: drag, arrows, Home and End, Enter folds, double click resets. */

const key = 'plumbline.read-width';
const usual = 432;
const narrowest = 320;

/** Makes the separator of the lesson page work. Folded, the pane is a rail that still shows the outcomes. */
export function readingPane(page: HTMLElement): void {
  const split = document.getElementById('lesson-split');
  const pane = document.getElementById('lesson-read');
  if (!split || !pane) return;
  const widest = (): number => Math.max(narrowest, Math.floor(innerWidth / 2));
  const say = (width: number): void => {
    split.setAttribute('aria-valuemax', String(widest()));
    split.setAttribute('aria-valuenow', String(Math.round(width)));
    split.setAttribute('aria-valuetext', page.dataset['folded'] === undefined ? `${Math.round(width)} pixels` : 'folded');
  };
  const resize = (width: number, keep = true): void => {
    const next = Math.min(Math.max(width, narrowest), widest());
    document.documentElement.style.setProperty('--read-width', `${next}px`);
    fold(false);
    say(next);
    if (keep) remember(next === usual ? null : `${next}px`);
  };
  const fold = (folded: boolean): void => {
    page.toggleAttribute('data-folded', folded);
  };
  // The workbench folds the pane too, for views that need the width.
  new MutationObserver(() => say(pane.offsetWidth)).observe(page, { attributeFilter: ['data-folded'] });

  split.addEventListener('pointerdown', (down) => {
    if (down.button !== 0) return;
    split.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => resize(event.clientX - pane.getBoundingClientRect().left, false);
    const up = (): void => {
      split.removeEventListener('pointermove', move);
      if (page.dataset['folded'] === undefined) remember(`${pane.offsetWidth}px`);
    };
    split.addEventListener('pointermove', move);
    split.addEventListener('lostpointercapture', up, { once: true });
  });
  split.addEventListener('dblclick', () => resize(usual));
  split.addEventListener('keydown', (event) => {
    const width = pane.offsetWidth;
    const act: Record<string, (() => void) | undefined> = {
      ArrowLeft: () => resize(width - 16),
      ArrowRight: () => resize(width + 16),
      Home: () => resize(narrowest),
      End: () => resize(widest()),
      Enter: () => fold(page.dataset['folded'] === undefined),
    };
    const chosen = act[event.key];
    if (!chosen || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    chosen();
  });
  page.querySelector('[data-unfold]')?.addEventListener('click', () => {
    fold(false);
    split.focus();
  });
  const prose = page.querySelector<HTMLElement>('[data-prose]');
  if (prose) keepPlace(prose);
  addEventListener('resize', () => say(pane.offsetWidth));
  say(pane.offsetWidth);
}

/** A reload in the same tab shows the place in the text that was being read. */
function keepPlace(prose: HTMLElement): void {
  const placeKey = `plumbline.read-place:${location.pathname}`;
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  try {
    if (navigation?.type === 'reload') prose.scrollTop = Number(sessionStorage.getItem(placeKey) ?? 0);
  } catch {
    return; // Nothing can be kept.
  }
  addEventListener('pagehide', () => sessionStorage.setItem(placeKey, String(prose.scrollTop)));
}

function remember(width: string | null): void {
  try {
    if (width === null) localStorage.removeItem(key);
    else localStorage.setItem(key, width);
  } catch {
    // The width holds for this page.
  }
}
