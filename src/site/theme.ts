/** Light and dark. ThemeInit.astro sets the theme before the first paint; this changes it afterwards. */

const key = 'starlight-theme';

/** Makes every `[data-theme-toggle]` button switch the theme, and follows the system while nothing was chosen. */
export function toggleThemeOnClick(): void {
  const root = document.documentElement;
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-theme-toggle]')) return;
    root.dataset['theme'] = root.dataset['theme'] === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(key, root.dataset['theme']);
    } catch {
      // Kept for this page only where storage is forbidden.
    }
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (system) => {
    try {
      if (localStorage.getItem(key)) return;
    } catch {
      // Follow the system.
    }
    root.dataset['theme'] = system.matches ? 'dark' : 'light';
  });
}
