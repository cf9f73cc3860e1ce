/** The home page's live part: what this browser's learner has done, and the file that carries it elsewhere. */
import type { LocalProgress } from '../progress/local.ts';
import { progressOf, type Progress } from '../progress/progress.ts';
import { base } from './links.ts';

/** Marks the ladder and the first button, now and after every change. */
export function showProgress(store: LocalProgress): void {
  const draw = (): void => {
    const progress = progressOf(store.events());
    if (Object.keys(progress).length > 0) mark(progress);
    const problem = store.problem();
    if (problem) say('unknown', problem);
  };
  draw();
  store.subscribe(draw);
}

interface Exercise {
  readonly id: string;
  readonly level: HTMLElement;
  readonly link: HTMLAnchorElement | null;
}

function mark(progress: Progress): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-exercise]')) {
    const done = progress[element.dataset['exercise'] ?? ''];
    if (done) element.dataset['progress'] = done.status;
  }
  const levels = [...document.querySelectorAll<HTMLElement>('[data-level]')];
  const exercises = levels.flatMap((level) =>
    [...level.querySelectorAll<HTMLElement>('.seg [data-exercise]')].map((segment): Exercise => {
      const id = segment.dataset['exercise'] ?? '';
      return { id, level, link: level.querySelector<HTMLAnchorElement>(`li[data-exercise="${CSS.escape(id)}"] a`) };
    }),
  );
  const current = whereNow(exercises, progress);
  const doneIn = (level: HTMLElement): readonly [done: number, of: number] => {
    const inside = exercises.filter((exercise) => exercise.level === level);
    return [inside.filter((exercise) => progress[exercise.id]?.status === 'completed').length, inside.length];
  };

  let previousDone = false;
  for (const level of levels) {
    const [done, of] = doneIn(level);
    const complete = done === of;
    const here = level === current?.level;
    level.classList.toggle('done', complete);
    level.classList.toggle('at', here && !complete);
    level.classList.toggle('after-done', previousDone && !complete);
    const words = level.querySelector('[data-count]');
    const number = current?.link?.querySelector('.pl-faint')?.textContent ?? '';
    if (words && (done > 0 || here) && level.dataset['level'] !== 'capstone') {
      words.textContent = complete ? `${of} exercises done` : `${done} of ${of}${here ? `, now ${number}` : ' done'}`;
    } else if (words) {
      words.textContent = words.textContent?.replace(', starts here', '') ?? '';
    }
    level.querySelector('details')?.toggleAttribute('open', here);
    level.querySelector('.youare svg')?.setAttribute('aria-label', 'You are here');
    previousDone = complete;
  }

  const total = document.querySelector<HTMLElement>('[data-total]');
  const completed = exercises.filter((exercise) => progress[exercise.id]?.status === 'completed').length;
  if (total) total.textContent = `${completed} of ${total.dataset['total']} exercises`;

  const button = document.querySelector<HTMLAnchorElement>('[data-continue]');
  if (button && current?.link) {
    button.href = current.link.href;
    const verb = verbFor(progress[current.id]?.status);
    button.textContent = `${verb} ${current.link.textContent?.trim().replace(/\s+/g, ' ') ?? ''}`;
    document.querySelector<HTMLElement>('[data-first]')!.hidden = true;
    document.querySelector<HTMLElement>('[data-levels]')!.hidden = false;
  }
}

function verbFor(status: 'started' | 'completed' | undefined): string {
  return status === 'started' ? 'Continue' : status === 'completed' ? 'Open' : 'Start';
}

/** The exercise last worked in, else the first one not done yet, else the last one done. */
function whereNow(exercises: readonly Exercise[], progress: Progress): Exercise | undefined {
  const written = exercises.filter((exercise) => exercise.link);
  const begun = written.filter((exercise) => progress[exercise.id]?.status === 'started');
  const latest = begun.toSorted((a, b) => progress[b.id]!.lastAt - progress[a.id]!.lastAt)[0];
  return latest ?? written.find((exercise) => !progress[exercise.id]) ?? written.at(-1);
}

/** Makes the export and import buttons work. */
export function carryProgress(store: LocalProgress): void {
  const button = document.querySelector<HTMLButtonElement>('[data-export]');
  const input = document.querySelector<HTMLInputElement>('[data-import]');
  button?.addEventListener('click', async () => {
    const events = store.events();
    if (events.length === 0) return say('note', 'There is nothing to export yet: start an exercise first.');
    const { writeProgressFile } = await import('../progress/file.ts');
    const { name, text } = writeProgressFile(events, Date.now());
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say('holds', `Saved as ${name}.`);
  });
  input?.addEventListener('change', async () => {
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    if (file.size > 50_000_000)
      return say(
        'fails',
        'This file could not be imported. It is larger than 50 MB, and a progress file never is. Choose the file that “Export progress” saved.',
      );
    const { readProgressFile } = await import('../progress/file.ts');
    const result = readProgressFile(await file.text());
    if (!result.ok) return say('fails', result.message);
    const before = store.events().length;
    store.merge(result.events);
    const added = store.events().length - before;
    const exercises = new Set(result.events.map((event) => event.exercise)).size;
    say(
      'holds',
      added === 0
        ? 'Everything in this file was already here.'
        : `Imported: ${added} new entries in ${exercises} ${exercises === 1 ? 'exercise' : 'exercises'}. What was here is kept.`,
    );
  });
}

/** Fetches the whole site when asked to, and offers a newer version on a page that is already served from this device. */
export function offlineButton(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-offline]');
  button?.addEventListener('click', async () => {
    if (button.getAttribute('aria-busy') === 'true') return;
    button.setAttribute('aria-busy', 'true');
    try {
      const { makeAvailableOffline } = await import('./service-worker/offline.ts');
      const bytes = await makeAvailableOffline(base, (done, of) =>
        say('note', `${megabytes(done)} of ${megabytes(of)} are on this device`),
      );
      say('holds', `All of it is on this device, ${megabytes(bytes)} unpacked. The course works without a connection.`);
    } catch (error) {
      say('fails', error instanceof Error ? error.message : String(error));
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
  if (navigator.serviceWorker?.controller) void import('./service-worker/offline.ts').then(({ watchExisting }) => watchExisting());
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function say(state: 'note' | 'holds' | 'fails' | 'unknown', text: string): void {
  const note = document.querySelector<HTMLElement>('[data-keep-said]');
  const tone = { note: '', holds: 'pl-note-success', fails: 'pl-note-danger', unknown: 'pl-note-warning' }[state];
  if (!note) return;
  note.className = `pl-note ${tone}`;
  note.querySelector<HTMLElement>('.pl-st')!.dataset['state'] = state;
  note.lastElementChild!.textContent = text;
  note.hidden = false;
}
