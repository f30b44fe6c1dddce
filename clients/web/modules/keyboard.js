/** Keys that work wherever one is. */

export const SHORTCUTS = [
  ['Ctrl K', 'Search conversations'],
  ['Alt ↓', 'Next conversation'],
  ['Alt ↑', 'Previous conversation'],
  ['Alt N', 'New conversation'],
  ['Alt M', 'To the messages; ↑ and ↓ go through them'],
  ['R', 'Reply to the message that has the focus'],
  ['E', 'Edit it'],
  ['Delete', 'Delete it'],
  ['↑', 'In an empty field: edit your last message'],
  ['@', 'Offer names to mention: ↑ and ↓ choose, Enter takes'],
  ['Enter', 'Send'],
  ['Shift Enter', 'New line'],
  ['Esc', 'Leave an edit or reply; back to the field'],
  ['?', 'Show these keys'],
];

/** @param acts `search`, `next`, `previous`, `create`, `messages`, `write`, `shortcuts` */
export function startKeyboard(acts) {
  const listener = event => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const act = actOf(event, acts);
    if (!act) return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', listener);
  return () => document.removeEventListener('keydown', listener);
}

function actOf(event, acts) {
  const { altKey, ctrlKey, metaKey, code, key } = event;
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') return acts.search;
  if (altKey && !ctrlKey && !metaKey) return { ArrowDown: acts.next, ArrowUp: acts.previous, KeyN: acts.create, KeyM: acts.messages }[code];
  if (ctrlKey || metaKey) return null;
  const isWriting = event.target.matches('input, textarea, select');
  if (key === 'Escape' && !isWriting) return acts.write;
  if (key === '?' && !isWriting) return acts.shortcuts;
  return null;
}
