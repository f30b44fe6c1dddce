/** What can be done to a node: more or fewer instances of a verticle, and its drain. Each is asked once more before it is done. */

import { confirm, field, form, openDialog } from '../web/modules/dialog.js';
import { h, setText } from '../web/modules/dom.js';
import { count, isKnown, numbered } from './figures.js';

/** Of presence a node has one. */
const VERTICLES = ['gateway', 'sequencer', 'fanout'];
const INSTANCES_MIN = 1;
const INSTANCES_MAX = 64;

/** @param done runs with a sentence of what came of it */
export function openScaling(port, { name, last }, done) {
  const answer = h('p', { class: 'answer', role: 'status' });
  const tell = sentence => {
    setText(answer, sentence);
    done(sentence);
  };
  const here = VERTICLES.filter(verticle => isKnown(last.instances?.[verticle]));
  openDialog(`Scale ${name}`, [h('p', { class: 'hint' }, 'Traffic goes on meanwhile; it may take half a minute. Sessions of a gateway that is taken away come back to the others. It lasts until the node ends.'), here.map(verticle => stepper(port, name, verticle, last.instances[verticle], tell)), answer]);
}

function stepper(port, node, verticle, instances, tell) {
  let now = instances;
  const id = `instances-${verticle}`;
  const input = h('input', { id, type: 'number', min: INSTANCES_MIN, max: INSTANCES_MAX, step: 1, value: now, inputmode: 'numeric', oninput: refresh });
  const step = (text, label, by) => h('button', { type: 'button', class: 'button step', 'aria-label': `${label} ${verticle}`, onclick: () => move(by) }, text);
  const apply = h('button', { type: 'submit', class: 'button primary', 'aria-label': `Apply to ${verticle}`, disabled: true }, 'Apply');

  function move(by) {
    input.value = Math.min(INSTANCES_MAX, Math.max(INSTANCES_MIN, Number(input.value) + by));
    refresh();
  }

  function refresh() {
    apply.disabled = !input.validity.valid || input.value === '' || Number(input.value) === now;
  }

  async function submit(event) {
    event.preventDefault();
    if (apply.disabled) return;
    const wanted = Number(input.value);
    const sure = await confirm(`Scale ${verticle} of ${node}`, `From ${numbered(now, 'instance')} to ${count(wanted)}?`, 'Scale');
    if (!sure) return;
    apply.disabled = true;
    try {
      const { before, instances } = await port.scale(node, verticle, wanted);
      now = instances;
      tell(`${node} has ${numbered(instances, 'instance')} of ${verticle} now; before: ${count(before)}.`);
    } catch (error) {
      tell(`${verticle} of ${node} was not scaled: ${error.message}`);
    }
    refresh();
  }

  return h('form', { class: 'stepper', novalidate: true, onsubmit: submit }, h('label', { for: id }, verticle), step('−', 'Fewer of', -1), input, step('+', 'More of', 1), apply);
}

/** The node's name has to be typed, as there is no way back. */
export function openDraining(port, { name, last }, done) {
  const typed = field('Name of the node', { name: 'node', autocapitalize: 'none' }, `Type ${name} to say that you mean it.`);
  const force = h('input', { type: 'checkbox', name: 'force' });
  const option = h('label', { class: 'option' }, force, 'Even if it is the last one with one of its roles, so that the rest cannot serve');
  const content = form([typed.element, option], 'Drain', async () => {
    if (typed.input.value.trim() !== name) return typed.say(`That is not ${name}.`);
    typed.say('');
    await port.drain(name, force.checked);
    dialog.close();
    done(`${name} drains: it hands its shards over, tells its sessions to connect elsewhere, and ends.`);
  });
  const question = `${name} hands its shards over, sends its ${isKnown(last.connections) ? numbered(last.connections, 'connection') : 'connections'} elsewhere, and its process ends. Whoever started it may start it again.`;
  const dialog = openDialog(`Drain ${name}`, [h('p', { class: 'question' }, question), content], { class: 'small' });
  typed.input.focus();
}
