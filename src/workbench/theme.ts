/** The design tokens as values, for what cannot read CSS variables: the editor, the terminal and canvases. */

/** A token's value now: `token('--pl-accent')`. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A colour token as `#rrggbb`: minified style sheets shorten colours, and the editor takes only the long form. */
export function colourToken(name: string): string {
  const value = token(name);
  return /^#[0-9a-f]{3}$/i.test(value) ? `#${value.slice(1).replace(/./g, '$&$&')}` : value;
}

export function isDark(): boolean {
  return document.documentElement.dataset['theme'] === 'dark';
}

/** Calls back when the page's theme has changed; returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
