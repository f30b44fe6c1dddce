/** A strip that says how the connection is, while it is not as it should be. */

import { h, setText } from './dom.js';

const PATIENCE_MILLIS = 700;

/** @returns its `element`, and what ends it: `stop` */
export function connectionStrip(parley) {
  const said = h('span', { class: 'unseen', role: 'status' });
  const shown = h('span', { 'aria-hidden': 'true' });
  const now = h('button', { type: 'button', class: 'text-button', hidden: true, onclick: () => parley.connect() });
  const element = h('div', { class: 'strip', hidden: true }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), said, shown, now);
  let timer;
  let since = 0;

  function draw() {
    clearTimeout(timer);
    const what = describe(parley.state);
    if (!what) {
      element.hidden = true;
      since = 0;
      setText(said, '');
      return;
    }
    since ||= Date.now();
    // What is over in a moment is not worth a word.
    const rest = what.isCalm ? since + PATIENCE_MILLIS - Date.now() : 0;
    element.hidden = rest > 0 && element.hidden;
    element.classList.toggle('calm', Boolean(what.isCalm));
    if (!element.hidden) setText(said, what.said);
    setText(shown, what.shown ?? what.said);
    now.hidden = !what.button;
    setText(now, what.button ?? '');
    if (rest > 0) timer = setTimeout(draw, rest);
    else if (parley.state.name === 'waiting') timer = setTimeout(draw, 500);
  }

  const stopListening = parley.on('state', draw);
  addEventListener('online', draw);
  addEventListener('offline', draw);
  draw();
  const stop = () => {
    clearTimeout(timer);
    stopListening();
    removeEventListener('online', draw);
    removeEventListener('offline', draw);
  };
  return { element, stop };
}

function describe(state) {
  switch (state.name) {
    case 'connecting':
      return state.attempt > 1 ? { said: 'Reconnecting…' } : { said: 'Connecting…', isCalm: true };
    case 'syncing':
      return { said: 'Fetching what you missed…', isCalm: true };
    case 'waiting': {
      if (!navigator.onLine) return { said: 'You are offline. What you write is sent when you are back.', button: 'Try now' };
      const seconds = Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000));
      return { said: 'No connection. Reconnecting soon.', shown: seconds > 0 ? `Reconnecting in ${seconds} s…` : 'Reconnecting…', button: 'Try now' };
    }
    case 'offline':
      return state.reason === 'replaced' ? { said: 'This device has connected elsewhere.', button: 'Use it here' } : null;
    default:
      return null;
  }
}
