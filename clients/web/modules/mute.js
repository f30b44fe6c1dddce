/** Whether a conversation may disturb its user. */

import { arrange, h, setText } from './dom.js';
import { choose, note, toggle } from './dialog.js';
import { dayLabel, inSentence, timeOf } from './time.js';

const HOUR = 3_600_000;
const LENGTHS = [['', 'Until I switch it on again'], [String(HOUR), 'For an hour'], [String(8 * HOUR), 'For 8 hours'], [String(168 * HOUR), 'For a week']];

/** Whether it is muted now, whatever may disturb all the same. */
export function isMuted({ mute }, now = Date.now()) {
  return mute !== undefined && !(mute.until <= now);
}

/** What a user sets about it. */
export function mutePart(parley, conversation) {
  const ends = h('p', { class: 'hint', role: 'status' });
  const element = h('section', { class: 'mute' });
  const set = async mute => {
    try {
      await (mute === null ? conversation.unmute() : conversation.setMute(mute));
    } catch (error) {
      note(`This was not changed: ${error.message}`);
    }
    draw();
    return isMuted(conversation);
  };
  const { until, exceptMentions = false } = isMuted(conversation) ? conversation.mute : {};
  let isExcept = exceptMentions;
  let end = until;
  const lengths = end === undefined ? LENGTHS : [['kept', 'As it was set'], ...LENGTHS];
  const main = toggle('Mute', 'No notifications of this conversation.', isMuted(conversation), wants => set(wants ? { until: end, exceptMentions: isExcept } : null));
  const length = choose('For how long', lengths, lengths[0][0], value => {
    end = value === 'kept' ? until : value === '' ? undefined : Math.round(Date.now() + parley.clockSkewMillis + Number(value));
    return set({ until: end, exceptMentions: isExcept });
  });
  const except = toggle('Except mentions', 'Notify me where I am mentioned.', isExcept, async wants => {
    isExcept = wants;
    await set({ until: end, exceptMentions: isExcept });
    return conversation.mute?.exceptMentions ?? false;
  });

  function draw() {
    const isOn = isMuted(conversation);
    main.querySelector('input').checked = isOn;
    setText(ends, isOn && conversation.mute.until ? `Until ${inSentence(dayLabel(conversation.mute.until))}, ${timeOf(conversation.mute.until)}.` : '');
    if (!isOn) end = undefined;
    arrange(element, isOn ? [main, length, ends, except] : [main]);
  }

  draw();
  return element;
}
