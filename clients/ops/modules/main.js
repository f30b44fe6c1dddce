/** Where the page begins: the credential, or what the nodes do. */

import { applyTheme } from '../web/modules/preferences.js';
import { askForCredential, forget, kept } from './credential.js';
import { showPage } from './page.js';
import { Port } from './port.js';

const app = document.getElementById('app');

function begin(reason) {
  const credential = kept();
  if (!credential) askForCredential(app, reason, () => begin(''));
  else
    showPage(app, new Port(credential), why => {
      forget();
      begin(why);
    });
}

applyTheme();
begin('');
