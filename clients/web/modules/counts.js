/** How many have a message, where that is not told. */

import { h } from './dom.js';
import { load, openDialog } from './dialog.js';

/** Shows how many have received and read it, as it is now. */
export function openCounts(conversation, entry) {
  const place = h('div', {}, h('p', { class: 'hint', role: 'status' }, 'Counting…'));
  openDialog('Who has read it', place, { class: 'small' });
  load(place, async () => {
    const { members, delivered, read, atLeast } = await conversation.countReceipts(entry.sequence);
    const of = `of ${members.toLocaleString('en')}`;
    return [
      h('p', {}, read === undefined ? 'You do not say what you read, so you are not told what others have read.' : `Read by ${read.toLocaleString('en')} ${of}.`),
      h('p', {}, `Delivered to ${delivered.toLocaleString('en')} ${of}.`),
      atLeast && h('p', { class: 'hint' }, 'There are more members; these are the ones that were counted.'),
    ];
  });
}
