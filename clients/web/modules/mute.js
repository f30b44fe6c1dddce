/** Whether a conversation may disturb its user. */

import { arrange, h, setText } from './dom.js';
import { choose, note, toggle } from './dialog.js';
import { dayLabel, inSentence, timeOf } from './time.js';

const HOUR = 3_600_000;
const LENGTHS = [['', 'Until I switch it on again'], [String(HOUR), 'For an hour'], [String(8 * HOUR), 'For 8 hours'], [String(168 * HOUR), 'For a week']];

/** What a user sets about it. */
export function mutePart(parley, conversation) {
  const ends = h('p', { class: 'hint', role: 'status' });
  const element = h('section', { class: 'mute' });
  const set = async mute => {
    try {
      await (mute === null ? conversation.unmute() : conversation.setMute(mute));
      return true;
    } catch (error) {
      note(`This was not changed: ${error.message}`);
      return false;
    } finally {
      draw();
    }
  };
  const { until, exceptMentions = false } = conversation.isMuted ? conversation.mute : {};
  let isExcept = exceptMentions;
  let end = until;
  const lengths = end === undefined ? LENGTHS : [['kept', 'As it was set'], ...LENGTHS];
  const main = toggle('Mute', 'No notifications of this conversation.', conversation.isMuted, async wants => {
    await set(wants ? { until: end, exceptMentions: isExcept } : null);
    return conversation.isMuted;
  });
  const howLong = options => choose('For how long', options, options[0][0], async value => {
    const before = end;
    end = value === 'kept' ? until : value === '' ? undefined : Math.round(Date.now() + parley.clockSkewMillis + Number(value));
    const isSet = await set({ until: end, exceptMentions: isExcept });
    if (!isSet) end = before;
    return isSet;
  });
  let length = howLong(lengths);
  const except = toggle('Except mentions', 'Notify me where I am mentioned.', isExcept, async wants => {
    isExcept = wants;
    await set({ until: end, exceptMentions: isExcept });
    return (isExcept = conversation.mute?.exceptMentions ?? false);
  });

  function draw() {
    const isOn = conversation.isMuted;
    main.querySelector('input').checked = isOn;
    setText(ends, isOn && conversation.mute.until ? `Until ${inSentence(dayLabel(conversation.mute.until))}, ${timeOf(conversation.mute.until)}.` : '');
    if (!isOn && end !== undefined) {
      // Who mutes it again begins anew.
      end = undefined;
      length = howLong(LENGTHS);
    }
    arrange(element, isOn ? [main, length, ends, except] : [main]);
  }

  draw();
  return element;
}
