/** Where the page begins: the sign-in, or the conversations of whoever is signed in. */

import { startChat } from './chat.js';
import { applyTheme } from './preferences.js';
import { current, forget, onChangeElsewhere } from './session.js';
import { showSignIn } from './signin.js';

const app = document.getElementById('app');
let chat = null;

function begin(reason) {
  const session = current();
  if (!session) showSignIn(app, reason, begin.bind(null, ''));
  else
    chat = startChat(app, session, why => {
      chat = null;
      forget();
      begin(why);
    });
}

applyTheme();
begin('');
onChangeElsewhere(async () => {
  if (chat && current()?.userId === chat.userId) return;
  await chat?.stop();
  location.reload();
});
