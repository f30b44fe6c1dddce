/** Figures as operators read them. What is not known is a dash, never a zero. */

export const NOT_KNOWN = '–';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const isKnown = value => typeof value === 'number' && Number.isFinite(value);

/** 12,345 */
export function count(value) {
  return isKnown(value) ? whole.format(value) : NOT_KNOWN;
}

/** Of something a second: 0, 0.4, 9.5, 1,234 */
export function rate(value) {
  if (!isKnown(value)) return NOT_KNOWN;
  return (value < 10 ? tenths : whole).format(value);
}

/** 512 B, 1.5 MiB, 212 MiB */
export function bytes(value) {
  if (!isKnown(value)) return NOT_KNOWN;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${(unit > 0 && value < 10 ? tenths : whole).format(value)} ${UNITS[unit]}`;
}

/** 240 of 512 MiB, 900 KiB of 1.5 GiB */
export function bytesOf(part, all) {
  const [said, whole] = [bytes(part), bytes(all)];
  const unit = whole.slice(whole.indexOf(' '));
  return `${said.endsWith(unit) ? said.slice(0, -unit.length) : said} of ${whole}`;
}

/** 4 ms, 1.2 s */
export function millis(value) {
  if (!isKnown(value)) return NOT_KNOWN;
  return value < 1_000 ? `${whole.format(value)} ms` : `${tenths.format(value / 1_000)} s`;
}

/** How long, in at most two units: 12 s, 5 min, 3 h 20 min, 2 d 4 h */
export function lasting(millis) {
  if (!isKnown(millis)) return NOT_KNOWN;
  const seconds = Math.max(0, Math.floor(millis / 1_000));
  const two = (large, small, unit, smaller) => `${large} ${unit}${small > 0 ? ` ${small} ${smaller}` : ''}`;
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return two(Math.floor(seconds / HOUR), Math.floor((seconds % HOUR) / MINUTE), 'h', 'min');
  return two(Math.floor(seconds / DAY), Math.floor((seconds % DAY) / HOUR), 'd', 'h');
}

/** 14:05:09 */
export function clockTime(millis) {
  return clock.format(millis);
}

/** The smallest of 1, 2 or 5 times a power of ten that is not below the value: where an axis ends. */
export function axisEnd(value) {
  if (!(value > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(end => end >= value);
}

/** a, b and c */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** 1 node, 3 nodes */
export function numbered(number, word) {
  return `${count(number)} ${word}${number === 1 ? '' : 's'}`;
}
