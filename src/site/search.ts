/** Search over the built pages. Nothing is loaded until the learner opens it. */

interface Found {
  readonly url: string;
  readonly excerpt: string;
  readonly meta: { readonly title?: string };
  readonly sub_results: readonly { readonly url: string; readonly title: string; readonly excerpt: string }[];
}

interface Pagefind {
  options(options: { baseUrl: string }): Promise<void>;
  debouncedSearch(term: string, options: object, ms: number): Promise<{ readonly results: readonly { data(): Promise<Found> }[] } | null>;
}

/** Makes the search button, Ctrl K and `/` open the dialog. */
export function openSearchOnDemand(): void {
  const dialog = document.querySelector<HTMLDialogElement>('[data-search]');
  const input = dialog?.querySelector('input');
  const results = dialog?.querySelector<HTMLElement>('[data-search-results]');
  const said = dialog?.querySelector<HTMLElement>('[data-search-said]');
  if (!dialog || !input || !results || !said) return;

  let index: Promise<Pagefind> | null = null;
  const load = (): Promise<Pagefind> => {
    index ??= (async () => {
      const loaded = (await import(/* @vite-ignore */ dialog.dataset['index'] ?? '')) as Pagefind;
      await loaded.options({ baseUrl: import.meta.env.BASE_URL });
      return loaded;
    })();
    index.catch(() => (index = null));
    return index;
  };
  const open = (): void => {
    if (!dialog.open) dialog.showModal();
    input.select();
    load().catch(() => (said.textContent = notLoaded));
  };
  const search = async (): Promise<void> => {
    const term = input.value.trim();
    try {
      const found = await (await load()).debouncedSearch(term, {}, 120);
      if (found === null) return; // a later key press took over
      const pages = await Promise.all(found.results.slice(0, 8).map((result) => result.data()));
      if (input.value.trim() !== term) return;
      results.replaceChildren(...pages.map(row));
      said.textContent =
        term === ''
          ? ''
          : pages.length === 0
            ? `Nothing found for “${term}”. Search looks at whole words in the lessons.`
            : `${found.results.length} ${found.results.length === 1 ? 'page' : 'pages'} found`;
    } catch {
      said.textContent = notLoaded;
    }
  };

  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest('[data-search-open]')) open();
    else if (event.target === dialog) dialog.close();
  });
  document.addEventListener('keydown', (event) => {
    if (
      (event.ctrlKey || event.metaKey) &&
      !event.shiftKey &&
      !event.altKey &&
      event.key.toLowerCase() === 'k' &&
      !ownsKeys(event.target)
    ) {
      event.preventDefault();
      open();
    }
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const stops = [input, ...results.querySelectorAll('a')];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    stops[Math.min(Math.max(at + (event.key === 'ArrowDown' ? 1 : -1), 0), stops.length - 1)]?.focus();
    event.preventDefault();
  });
  input.addEventListener('input', () => void search());
  input.form?.addEventListener('submit', (event) => {
    // Enter in the field follows the first result; the close button submits with its own value.
    if (event.submitter instanceof HTMLButtonElement && event.submitter === document.activeElement) return;
    event.preventDefault();
    results.querySelector('a')?.click();
  });
}

const notLoaded = import.meta.env.DEV
  ? 'The search index is made by the build; the development server has none.'
  : 'The search index could not be loaded. Check the connection, then open search again.';

/** In a terminal Ctrl K cuts to the end of the line; it must reach the shell. */
function ownsKeys(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.xterm') !== null;
}

function row(page: Found): HTMLElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  const best = page.sub_results[0];
  link.href = best?.url ?? page.url;
  const title = document.createElement('b');
  title.textContent = best && best.title !== page.meta.title ? `${page.meta.title ?? ''}: ${best.title}` : (page.meta.title ?? page.url);
  const text = document.createElement('span');
  text.append(...marked(best?.excerpt ?? page.excerpt));
  link.append(title, text);
  item.append(link);
  return item;
}

/** The excerpt's text and its `<mark>`s; any other markup stays out of the page. */
function marked(excerpt: string): (Node | string)[] {
  const parsed = new DOMParser().parseFromString(excerpt, 'text/html').body;
  return [...parsed.childNodes].map((node) => {
    if (node.nodeName !== 'MARK') return node.textContent ?? '';
    const mark = document.createElement('mark');
    mark.textContent = node.textContent;
    return mark;
  });
}
