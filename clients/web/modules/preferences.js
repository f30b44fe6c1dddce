/** What the user has chosen for this browser. */

const PREFIX = 'parley.';
const DEFAULTS = { theme: 'system', notifications: 'off', enter: 'send' };
const dark = matchMedia('(prefers-color-scheme: dark)');

export function preference(name) {
  return localStorage.getItem(PREFIX + name) ?? DEFAULTS[name];
}

export function prefer(name, value) {
  localStorage.setItem(PREFIX + name, value);
}

/** Follows the system unless light or dark was chosen, here or in another tab. */
export function applyTheme() {
  const chosen = preference('theme');
  const theme = chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen;
  document.documentElement.dataset.theme = theme;
  document.querySelector('meta[name=theme-color]').content = theme === 'dark' ? '#14171d' : '#ffffff';
}

dark.addEventListener('change', applyTheme);
addEventListener('storage', event => {
  if (event.key === PREFIX + 'theme') applyTheme();
});
