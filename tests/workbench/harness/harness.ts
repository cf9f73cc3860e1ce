/** Shows the workbench over a recorded world, in a page with the lesson's structure. `?scene=…&theme=dark&tab=…` choose what. */
import '../../../src/styles/site.css';
import '../../../src/styles/lesson.css';
import './harness.css';
import { readingPane } from '../../../src/site/reading-pane.ts';
import { mountWorkbench } from '../../../src/workbench/mount.ts';
import type { WorldClient } from '../../../src/world/contract.ts';
import { demoClient } from '../demo-client.ts';
import type { DemoControls, Scene } from '../demo-client.ts';

declare global {
  interface Window {
    demo: DemoControls;
    /** What the page asks; a test may put another answer in the place of one. */
    world: WorldClient;
    started: Promise<void>;
    /** Start again. */
    start: () => Promise<void>;
  }
}

const query = new URLSearchParams(location.search);
const scene = (query.get('scene') ?? 'mid') as Scene;
document.documentElement.dataset['theme'] = query.get('theme') ?? 'light';
const page = document.getElementById('lesson');
const root = document.getElementById('workbench');
if (!page || !root) throw new Error('the harness page is incomplete');
page.dataset['tab'] = query.get('tab') ?? 'terminal';
readingPane(page);
const { client, controls } = demoClient(scene);
window.demo = controls;
window.world = client;
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-run], [data-open]') : null;
  if (button?.dataset['run'] !== undefined)
    document.dispatchEvent(
      new CustomEvent('plumbline:run', { detail: { code: button.closest('[data-snippet]')?.querySelector('pre')?.textContent ?? '' } }),
    );
  if (button?.dataset['open']) document.dispatchEvent(new CustomEvent('plumbline:open', { detail: { path: button.dataset['open'] } }));
});
window.start = () =>
  mountWorkbench({ root, exerciseId: 'ship-a-better-leaf', base: '/', lessonUrl: location.href }, async (onProgress, onCrash) => {
    onProgress(1_300_000, 4_100_000);
    if (scene === 'slow') await new Promise(() => {});
    if (scene === 'owned') throw Object.assign(new Error('open elsewhere'), { name: 'OwnedElsewhere' });
    if (scene === 'failed') throw new Error('The exercise could not be loaded (503). Check the connection, then press Start again.');
    Object.assign(window, { crash: onCrash });
    return { client, close: () => void (controls.calls as string[]).push('close world') };
  });
window.started = window.start();
window.started.then(
  () => (page.dataset['phase'] = 'running'),
  (error: unknown) => {
    page.dataset['phase'] = 'failed';
    root.textContent = error instanceof Error ? error.message : String(error);
  },
);
