import { flushSync, mount, unmount } from 'svelte';
import { hear, lessonIds } from '../site/lesson-page.ts';
import type { StartOptions } from '../site/lesson-page.ts';
import type { WorldClient } from '../world/contract.ts';
import { fileSize } from './format.ts';
import { installKeys } from './keys.ts';
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
) => Promise<WorldClient>;

/**
 * Puts the workbench into the lesson's page and resolves when the prompt is usable. When the world cannot be opened it leaves `root`
 * empty and rejects with an Error fit to show: the page then offers Start again.
 */
export async function mountWorkbench({ root, base, lessonUrl }: StartOptions, open: OpenTheWorld): Promise<void> {
  const opening = new Opening();
  let workbench: Workbench | undefined;
  root.replaceChildren();
  root.classList.add('wb');
  const screen = mount(OpeningScreen, { target: root, props: { opening, reopen: () => location.assign(lessonUrl) } });
  try {
    // The terminal's code comes along while the world opens.
    const terminal = import('./terminal/xterm.ts');
    opening.begin('Files and history');
    const client = await open(
      (loaded, total) =>
        opening.progress(total > 0 ? `${fileSize(loaded)} of ${fileSize(total)}` : fileSize(loaded), total > 0 ? loaded / total : null),
      (message) => {
        opening.crash(message);
        if (workbench?.layout.width === 'phone' && workbench.tab === 'read') workbench.fault('The exercise stopped', message);
      },
    );
    workbench = new Workbench(client, await client.summary(), base);
    opening.begin('Terminal');
    await terminal;
    await workbench.begin();
    await show(root, workbench);
    opening.open();
  } catch (error) {
    await unmount(screen);
    root.replaceChildren();
    root.classList.remove('wb');
    throw error instanceof Error && error.name === 'OwnedElsewhere' ? new Error(OWNED) : error;
  }
}

const OWNED =
  'This exercise is open in another tab. One tab at a time can work in it, so that nothing is overwritten. Go on there, or close that tab and press Start again.';

/** Fills the parts of the page, and resolves when the first prompt is shown. */
async function show(root: HTMLElement, workbench: Workbench): Promise<void> {
  const context = workbenchContext(workbench);
  const put = (id: string, component: typeof StatusBar): void => {
    const target = document.getElementById(id);
    if (!target) return;
    target.replaceChildren();
    target.classList.add('wb-part');
    mount(component, { target, context });
  };
  const page = document.getElementById(lessonIds.page);
  workbench.tab = page?.dataset['tab'] === 'read' ? 'read' : 'terminal';
  const prompt = new Promise<void>((resolve) => {
    mount(Shell, { target: root, context, props: { onprompt: resolve } });
  });
  put(lessonIds.status, HeaderStatus);
  put(lessonIds.outcomes, Outcomes);
  put(lessonIds.strip, OutcomesStrip);
  put(lessonIds.bar, StatusBar);
  put(lessonIds.tabs, BottomTabs);
  followOutcomes(workbench);
  followFolding(workbench);
  installKeys(workbench);
  hear('plumbline:run', ({ code }) => workbench.runCode(code));
  hear('plumbline:open', ({ path, line }) => void workbench.openPath(path, line));
  hear('plumbline:show', ({ tab }) => workbench.showTab(tab));
  hear('plumbline:before-update', ({ waitFor }) => waitFor.push(workbench.files.writeAll().then(() => workbench.client.save())));
  flushSync();
  await prompt;
  void workbench.afterPrompt();
  // Not before: a terminal that is out of sight has no size, and never comes to its prompt.
  keepView(workbench);
}
