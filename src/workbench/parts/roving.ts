/** Svelte action for a row of tabs: arrow keys, Home and End move the focus and choose, as the ARIA pattern for tabs has it. */
export function roving(list: HTMLElement): { destroy: () => void } {
  const key = (event: KeyboardEvent): void => {
    const tabs = [...list.querySelectorAll<HTMLElement>('[role=tab]')];
    const at = tabs.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const to = { ArrowRight: (at + 1) % tabs.length, ArrowLeft: (at - 1 + tabs.length) % tabs.length, Home: 0, End: tabs.length - 1 }[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    tabs[to]?.focus();
    tabs[to]?.click();
  };
  list.addEventListener('keydown', key);
  return { destroy: () => list.removeEventListener('keydown', key) };
}
