/** Where a message was for the devices of a user, by stages, with the evidence. */

import { field, form } from '../web/modules/dialog.js';
import { fill, h } from '../web/modules/dom.js';

export class Why {
  element;

  constructor(port) {
    const message = field('Message', { name: 'message', class: 'code', autocapitalize: 'none' }, 'Its messageId: a conversation, a dot, and a sequence.');
    const user = field('User', { name: 'user', class: 'code', autocapitalize: 'none' }, 'Whose devices are asked about.');
    const answer = h('div', { class: 'why', 'aria-live': 'polite' });
    const asked = form([h('div', { class: 'why-fields' }, message.element, user.element)], 'Where was it?', async () => {
      const [messageId, userId] = [message, user].map(({ input }) => input.value.trim());
      message.say(messageId === '' ? 'Which message?' : '');
      user.say(userId === '' ? 'Which user?' : '');
      if (messageId === '' || userId === '') return;
      fill(answer);
      fill(answer, h('pre', {}, JSON.stringify(await port.why(messageId, userId), null, 1)));
    });
    this.element = h('section', { class: 'panel', 'aria-labelledby': 'why-title' }, h('h2', { id: 'why-title' }, 'Where was a message?'), asked, answer);
  }
}
