/** Times as people say them, in the language of the browser. */

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const figures = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAYS_NAMED = 7;

/** 14:05 */
export function timeOf(millis) {
  return clock.format(millis);
}

/** Everything about the moment, for tooltips. */
export function exactly(millis) {
  return exact.format(millis);
}

/** Names the day, so that two moments of one day have the same. */
export function dayOf(millis) {
  const date = new Date(millis);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

function daysAgo(millis, now) {
  const start = time => new Date(time).setHours(12, 0, 0, 0);
  return Math.round((start(now) - start(millis)) / (24 * HOUR));
}

/** Today, Yesterday, Monday, 3 May, 3 May 2021 */
export function dayLabel(millis, now = Date.now()) {
  const days = daysAgo(millis, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days > 1 && days < DAYS_NAMED) return weekday.format(millis);
  return (new Date(millis).getFullYear() === new Date(now).getFullYear() ? day : dayAndYear).format(millis);
}

/** The label of a day as it stands within a sentence. */
export function inSentence(label) {
  return label === 'Today' || label === 'Yesterday' ? label.toLowerCase() : label;
}

/** The shortest that is clear, for lists. */
export function briefly(millis, now = Date.now()) {
  const days = daysAgo(millis, now);
  if (days <= 0) return timeOf(millis);
  if (days === 1) return 'Yesterday';
  if (days < DAYS_NAMED) return shortWeekday.format(millis);
  return (new Date(millis).getFullYear() === new Date(now).getFullYear() ? shortDay : figures).format(millis);
}

/** 7 s, 1:05, 1:00:00 */
export function left(millis) {
  const seconds = Math.ceil(millis / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const two = number => String(number).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return `${minutes < 60 ? minutes : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`}:${two(seconds % 60)}`;
}

/** just now, 5 min ago, today at 09:12, … */
export function ago(millis, now = Date.now()) {
  const passed = now - millis;
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  const days = daysAgo(millis, now);
  if (days === 0) return `today at ${timeOf(millis)}`;
  if (days === 1) return `yesterday at ${timeOf(millis)}`;
  return (new Date(millis).getFullYear() === new Date(now).getFullYear() ? day : dayAndYear).format(millis);
}
