import { flushSync, mount, unmount } from 'svelte';
import { hear, lessonIds } from '../site/lesson-page.ts';
import type { StartOptions } from '../site/lesson-page.ts';
import { fileSize } from './format.ts';
import { installKeys } from './keys.ts';
import type { OpenedWorld } from './open-world.ts';
import { Opening } from './opening.svelte.ts';
import Outcomes from './outcomes/Outcomes.svelte';
import OutcomesStrip from './outcomes/OutcomesStrip.svelte';
import { followOutcomes } from './outcomes/prose.svelte.ts';
import BottomTabs from './shell/BottomTabs.svelte';
import HeaderStatus from './shell/HeaderStatus.svelte';
import OpeningScreen from './shell/OpeningScreen.svelte';
import Shell from './shell/Shell.svelte';
import StatusBar from './shell/StatusBar.svelte';
import { followFolding } from './shell/folding.svelte.ts';
import { keepView } from './shell/view-kept.svelte.ts';
import { Workbench, workbenchContext } from './state.svelte.ts';
import './workbench.css';

/** Opens a world; tells about bytes loaded, and later when the world's worker has died. */
export type OpenTheWorld = (
  onProgress: (loaded: number, total: number) => void,
  onCrash: (message: string) => void,
) => Promise<OpenedWorld>;

/**
 * Puts the workbench into the lesson's page and resolves when the prompt is usable. When anything on the way there fails it leaves the page
 * as it was and the exercise free, and rejects with an Error fit to show: the page then offers Start again.
 */
export async function mountWorkbench(options: StartOptions, open: OpenTheWorld): Promise<void> {
  /** How to take back what was done so far, oldest first. */
  const undo: (() => void)[] = [];
  try {
    await begin(options, open, undo);
  } catch (error) {
    for (const takeBack of undo.toReversed()) takeBack();
    throw error instanceof Error && error.name === 'OwnedElsewhere' ? new Error(OWNED) : error;
  }
}

const OWNED =
  'This exercise is open in another tab. One tab at a time can work in it, so that nothing is overwritten. Go on there, or close that tab and press Start again.';

async function begin({ root, base, lessonUrl }: StartOptions, open: OpenTheWorld, undo: (() => void)[]): Promise<void> {
  const opening = new Opening();
  let workbench: Workbench | undefined;
  root.replaceChildren();
  root.classList.add('wb');
  undo.push(() => {
    root.replaceChildren();
    root.classList.remove('wb');
  });
  const screen = mount(OpeningScreen, { target: root, props: { opening, reopen: () => location.assign(lessonUrl) } });
  undo.push(() => void unmount(screen));
  // The terminal's code comes along while the world opens; that it did not come is told when it is needed.
  const terminal = import('./terminal/xterm.ts');
  terminal.catch(() => {});
  opening.begin('Files and history');
  const { client, close } = await open(
    (loaded, total) =>
      opening.progress(total > 0 ? `${fileSize(loaded)} of ${fileSize(total)}` : fileSize(loaded), total > 0 ? loaded / total : null),
    (message) => {
      opening.crash(message);
      if (workbench?.layout.width === 'phone' && workbench.tab === 'read') workbench.fault('The exercise stopped', message);
    },
  );
  undo.push(close);
  workbench = new Workbench(client, await client.summary(), base);
  opening.begin('Terminal');
  await terminal;
  await workbench.begin();
  await show(root, workbench, undo);
  opening.open();
}

/** Fills the parts of the page, and resolves when the first prompt is shown. */
async function show(root: HTMLElement, workbench: Workbench, undo: (() => void)[]): Promise<void> {
  const context = workbenchContext(workbench);
  const put = (id: string, component: typeof StatusBar): void => {
    const target = document.getElementById(id);
    if (!target) return;
    const before = [...target.childNodes];
    target.replaceChildren();
    target.classList.add('wb-part');
    const part = mount(component, { target, context });
    undo.push(() => {
      void unmount(part);
      target.classList.remove('wb-part');
      target.replaceChildren(...before);
    });
  };
  const page = document.getElementById(lessonIds.page);
  workbench.tab = page?.dataset['tab'] === 'read' ? 'read' : 'terminal';
  const prompt = new Promise<void>((resolve) => {
    const shell = mount(Shell, { target: root, context, props: { onprompt: resolve } });
    undo.push(() => void unmount(shell));
  });
  put(lessonIds.status, HeaderStatus);
  put(lessonIds.outcomes, Outcomes);
  put(lessonIds.strip, OutcomesStrip);
  put(lessonIds.bar, StatusBar);
  put(lessonIds.tabs, BottomTabs);
  undo.push(
    followOutcomes(workbench),
    followFolding(workbench),
    installKeys(workbench),
    hear('plumbline:run', ({ code }) => workbench.runCode(code)),
    hear('plumbline:open', ({ path, line }) => void workbench.openPath(path, line)),
    hear('plumbline:show', ({ tab }) => workbench.showTab(tab)),
    hear('plumbline:before-update', ({ waitFor }) => waitFor.push(workbench.files.writeAll().then(() => workbench.client.save()))),
  );
  flushSync();
  await prompt;
  void workbench.afterPrompt();
  // Not before: a terminal that is out of sight has no size, and never comes to its prompt.
  undo.push(keepView(workbench));
}
