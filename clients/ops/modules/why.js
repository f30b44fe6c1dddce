/** Where a message was for the devices of a user, by stages, with the evidence. */

import { field, form } from '../web/modules/dialog.js';
import { fill, h } from '../web/modules/dom.js';
import { clockTime, isKnown } from './figures.js';

const STAGES = ['sequenced', 'stored', 'member', 'routed', 'acknowledged'];
const DEVICE_STAGES = ['written', 'acknowledged'];

/** What is known of a stage, and the sign that repeats it. */
const SIGNS = { yes: '✓', no: '✕', 'not known': '?' };

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
      fill(answer, show(await port.why(messageId, userId)));
    });
    this.element = h('section', { class: 'panel', 'aria-labelledby': 'why-title' }, h('h2', { id: 'why-title' }, 'Where was a message?'), asked, answer);
  }
}

function show(found) {
  const devices = found.devices ?? [];
  return [
    table(`${found.messageId} for ${found.userId}`, STAGES, found),
    ...devices.map(device => table(`${device.deviceId}, ${device.connected ? `connected to ${device.gateway ?? device.node}` : 'not connected'}`, DEVICE_STAGES, device)),
    devices.length === 0 && h('p', { class: 'hint' }, 'No device of this user is known.'),
  ];
}

/** @param said what was answered, by stage among other things */
function table(caption, stages, said) {
  return h('table', { class: 'stages' }, h('caption', {}, caption), h('tbody', {}, stages.filter(stage => said[stage]).map(stage => row(stage, said[stage]))));
}

function row(stage, { known, evidence, at }) {
  const kind = known === 'yes' ? 'good' : known === 'no' ? 'bad' : 'warn';
  return h('tr', {}, h('th', { scope: 'row' }, stage), h('td', { class: `known ${kind}` }, h('span', { 'aria-hidden': 'true' }, `${SIGNS[known] ?? ''} `), known), h('td', {}, isKnown(at) ? `${clockTime(at)}: ${evidence}` : evidence));
}
