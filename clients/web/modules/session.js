/** Who is signed in in this browser, and where tokens come from. */

const KEY = 'parley.session';

/** Whether this node gives tokens to whoever asks. */
export const offersTokens = document.documentElement.dataset.tokens === 'offered';

/** { userId, token? }: with a token, that one is used; without, the node is asked for one. Null: nobody is signed in. */
export function current() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return typeof kept?.userId === 'string' ? kept : null;
  } catch {
    return null;
  }
}

export function keep(session) {
  localStorage.setItem(KEY, JSON.stringify(session));
}

export function forget() {
  localStorage.removeItem(KEY);
}

/** Runs when another tab signs in or out. */
export function onChangeElsewhere(task) {
  addEventListener('storage', event => {
    if (event.key === KEY || event.key === null) task();
  });
}

/** Gives the SDK a token of this session. */
export async function tokenOf(session) {
  if (session.token) return session.token;
  const answer = await fetch('/v1/dev/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId: session.userId }),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? 'the server gives no token');
  return said.token;
}

/** The user whom a token is of, by what it says itself; null if it is no token. Whether it is true is the server's to say. */
export function userOfToken(token) {
  const parts = token.trim().split('.');
  if (parts.length !== 3) return null;
  try {
    const bytes = Uint8Array.from(atob(parts[1].replace(/-/g, '+').replace(/_/g, '/')), letter => letter.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims.sub === 'string' ? claims.sub : null;
  } catch {
    return null;
  }
}
