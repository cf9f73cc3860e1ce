/** The lesson page before Start, and the step into it. Small on purpose: everything heavy is imported when Start is pressed. */
import { browserProgress } from '../progress/local.ts';
import { progressOf, type ExerciseProgress } from '../progress/progress.ts';
import { hear, lessonIds, tell, type LessonTab, type WorkbenchModule } from './lesson-page.ts';
import { base } from './links.ts';
import { watchStyles } from './missing-styles.ts';
import { readingPane } from './reading-pane.ts';

// A glob instead of a plain import: a build without the workbench still reads, and says so when Start is pressed.
const workbench = import.meta.glob<WorkbenchModule>('../workbench/start.ts');

/** Brings the page alive; called once. */
export function lessonPage(): void {
  const page = document.getElementById(lessonIds.page);
  if (!page) return;
  readingPane(page);
  proseButtons();
  tabs(page);
  startButton(page);
  sayStates();
  // A page that the service worker serves can be told that a newer version waits.
  if (navigator.serviceWorker?.controller) void import('./service-worker/offline.ts').then(({ watchExisting }) => watchExisting());
}

function tabs(page: HTMLElement): void {
  const show = (tab: LessonTab): void => {
    page.dataset['tab'] = tab;
    for (const button of document.querySelectorAll<HTMLElement>(`#${lessonIds.tabs} [data-tab]`)) {
      if (button.dataset['tab'] === tab) button.setAttribute('aria-current', 'page');
      else button.removeAttribute('aria-current');
    }
  };
  document.getElementById(lessonIds.tabs)?.addEventListener('click', (event) => {
    const tab = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tab]')?.dataset['tab'] : undefined;
    if (tab) show(tab as LessonTab);
  });
  hear('plumbline:show', ({ tab }) => show(tab));
  // Where a phone shows another view than the prose, the name in the header is the page's heading.
  const name = page.querySelector('[data-lesson-name]');
  new MutationObserver(() => {
    for (const [attribute, value] of [
      ['role', 'heading'],
      ['aria-level', '1'],
    ] as const) {
      if (page.dataset['tab'] === 'read') name?.removeAttribute(attribute);
      else name?.setAttribute(attribute, value);
    }
  }).observe(page, { attributeFilter: ['data-tab'] });
}

/** Copy, run and open: one listener for all of the prose. */
function proseButtons(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-copy], [data-run], [data-open]') : null;
    if (!button) return;
    const code = button.closest('[data-snippet]')?.querySelector('pre')?.textContent?.trimEnd() ?? '';
    if (button.dataset['copy'] !== undefined) void copy(button, code);
    if (button.dataset['run'] !== undefined) tell('plumbline:run', { code });
    const path = button.dataset['open'];
    const line = Number(button.dataset['line']);
    if (path) tell('plumbline:open', line > 0 ? { path, line } : { path });
  });
}

async function copy(button: HTMLElement, text: string): Promise<void> {
  const label = button.querySelector('span');
  if (!label) return;
  label.textContent = (await copied(text)) ? 'Copied' : 'Select the text to copy it';
  setTimeout(() => (label.textContent = 'Copy'), 2000);
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // plain http on a LAN address has no clipboard
  }
}

/** `data-state` is for eyes; the words beside it are for everybody else. The workbench only sets the attribute. */
function sayStates(): void {
  const words: Record<string, string> = {
    todo: 'not yet',
    pending: 'not yet',
    checking: 'checking',
    holds: 'holds',
    fails: 'fails',
    unknown: 'could not be checked',
  };
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (!(target instanceof HTMLElement)) continue;
      const { check, state = 'todo' } = target.dataset;
      const task = target.closest<HTMLElement>('[data-task]');
      if (!check || !task) continue;
      task.dataset['state'] = state;
      const said = task.querySelector('[data-check-said]');
      if (said) said.textContent = words[state] ?? state;
    }
  });
  const prose = document.getElementById('lesson-read');
  if (prose) observer.observe(prose, { subtree: true, attributeFilter: ['data-state'] });
}

function startButton(page: HTMLElement): void {
  const root = document.getElementById(lessonIds.workbench);
  const panel = root?.querySelector<HTMLElement>('[data-start-panel]');
  const button = panel?.querySelector<HTMLButtonElement>('[data-start]');
  const exerciseId = page.dataset['exercise'];
  if (!root || !panel || !button || !exerciseId) return;
  const progress = browserProgress();
  const before = progressOf(progress.events())[exerciseId];
  if (before) {
    offerToContinue(button, panel, before);
    showChecks(before);
  }
  const show = (): void => showState(progressOf(progress.events())[exerciseId]);
  show();
  progress.subscribe(show);
  setInterval(show, MINUTE);

  const said = panel.querySelector<HTMLElement>('[data-start-said]');
  const missingStyles = watchStyles();
  const strip = document.getElementById(lessonIds.strip);
  const failed = panel.querySelector<HTMLElement>('[data-start-failed]');
  const start = async (): Promise<void> => {
    if (page.dataset['phase'] !== 'reading' && page.dataset['phase'] !== 'failed') return;
    let opened = false;
    page.dataset['phase'] = 'starting';
    button.setAttribute('aria-busy', 'true');
    if (failed) failed.hidden = true;
    strip?.replaceChildren();
    const size = panel.querySelector('[data-size="workbench"]')?.textContent ?? '';
    const slow = setTimeout(() => said && (said.textContent = `Loading the workbench, ${size}`), 1000);
    try {
      const load = Object.values(workbench)[0];
      if (!load)
        throw new Error(
          'This build of the site has no workbench. The lesson can be read; to do it, build the site from a complete checkout.',
        );
      const arriving = missingStyles().then(load);
      arriving.catch(() => undefined); // reported below, or the page is reloaded meanwhile
      if (!crossOriginIsolated) {
        const { isolate } = await import('./service-worker/offline.ts');
        if ((await isolate(base)) === 'reloading') return keepOpen(exerciseId, reloadKey);
      }
      const module = await arriving;
      opened = true;
      root.replaceChildren();
      await module.start({ root, exerciseId, base, lessonUrl: location.href.split('#')[0] ?? location.href });
      page.dataset['phase'] = 'running';
      keepOpen(exerciseId);
      void keepOffline(page, exerciseId);
    } catch (error) {
      page.dataset['phase'] = 'failed';
      forget();
      // Once it has begun, the workbench shows its own failures, with what is safe and what to do next.
      if (opened && root.childElementCount > 0) return;
      root.replaceChildren(panel);
      // Whatever it read before: the messages name it so.
      button.textContent = 'Start again';
      if (failed) {
        failed.lastElementChild!.textContent = whatFailed(error);
        failed.hidden = false;
        // On a phone the prose may be in sight instead: after a reload the workbench opens by itself.
        const note = failed.cloneNode(true) as HTMLElement;
        note.classList.add('start-failed');
        strip?.replaceChildren(note);
      }
    } finally {
      clearTimeout(slow);
      button.removeAttribute('aria-busy');
      if (said) said.textContent = '';
    }
  };
  button.addEventListener('click', () => void start());
  if (wasOpen(exerciseId)) void start();
}

async function keepOffline(page: HTMLElement, exerciseId: string): Promise<void> {
  const idle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 2000));
  await new Promise<void>((resolve) => idle(() => resolve()));
  const { keepExercise } = await import('./service-worker/offline.ts');
  if (await keepExercise(base, exerciseId)) page.dataset['offline'] = 'ready';
}

function whatFailed(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const network = /dynamically imported module|Importing a module script failed|Unable to preload CSS|Failed to fetch|NetworkError/i.test(
    message,
  );
  return network
    ? 'The workbench could not be loaded. Check the connection, then press Start again. Nothing you did before is lost.'
    : message;
}

const openKey = 'plumbline.open';
/** Set while the page reloads itself: where that changes its isolation, WebKit calls it a navigation. */
const reloadKey = 'plumbline.reloading';

/** A reload in the same tab goes straight back to work; a new tab starts with reading. */
function keepOpen(exerciseId: string, ...marks: readonly string[]): void {
  try {
    for (const key of [openKey, ...marks]) sessionStorage.setItem(key, exerciseId);
  } catch {
    // The learner presses Start again.
  }
}

function forget(): void {
  try {
    sessionStorage.removeItem(openKey);
    sessionStorage.removeItem(reloadKey);
  } catch {
    // Nothing was kept either.
  }
}

function wasOpen(exerciseId: string): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  try {
    const reloaded = navigation?.type === 'reload' || sessionStorage.getItem(reloadKey) === exerciseId;
    sessionStorage.removeItem(reloadKey);
    return reloaded && sessionStorage.getItem(openKey) === exerciseId;
  } catch {
    return false;
  }
}

function offerToContinue(button: HTMLElement, panel: HTMLElement, progress: ExerciseProgress): void {
  const done = progress.status === 'completed';
  button.textContent = done ? 'Open again' : 'Continue';
  const title = panel.querySelector('[data-start-title]');
  if (title) title.textContent = done ? 'You have done this one' : 'Your company waits as you left it';
}

/** The outcomes as they were last seen; the workbench looks again. */
function showChecks({ checks }: ExerciseProgress): void {
  for (const mark of document.querySelectorAll<HTMLElement>('[data-check]')) {
    const known = checks[mark.dataset['check'] ?? ''];
    if (known) mark.dataset['state'] = known.status;
  }
  const rows = [...document.querySelectorAll<HTMLElement>(`#${lessonIds.outcomes} [data-check]`)];
  const held = rows.filter((mark) => mark.dataset['state'] === 'holds').length;
  const count = document.querySelector(`#${lessonIds.outcomes} [data-outcomes-count]`);
  if (count && held > 0) count.textContent = held === rows.length ? `all ${held} held` : `${held} of ${rows.length} held`;
}

/** The words beside the lesson's number: when it was begun, or done. */
function showState(progress: ExerciseProgress | undefined): void {
  const pill = document.querySelector<HTMLElement>('[data-lesson-state]');
  if (!pill || !progress) return;
  const done = progress.status === 'completed';
  pill.textContent = done ? `Done ${ago(progress.completedAt ?? progress.lastAt)}` : `Started ${ago(progress.startedAt)}`;
  pill.hidden = false;
}

/** In ms. */
const MINUTE = 60_000;

function ago(at: number): string {
  const minutes = Math.max(0, Math.round((Date.now() - at) / MINUTE));
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h ago` : format.format(-Math.round(minutes / 1440), 'day');
}
