/** What is made of the texts of messages and the names of people. */

import { h } from './dom.js';

const LINK = /\bhttps?:\/\/[^\s<>"'`\u0000-\u001f\u202a-\u202e\u2066-\u2069]+/giu;
const TRAILING = /[.,;:!?…'"»”’]+$/u;
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\u20e3|\s)+$/u;
const EMOJI_ALONE_MAX = 6;
const HUES = 12;

/** The text as nodes: addresses of web pages are links, all else is text. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    const address = trimmed(found[0]);
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!url || !url.hostname) continue;
    nodes.push(text.slice(end, found.index));
    nodes.push(h('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, address));
    end = found.index + address.length;
  }
  nodes.push(text.slice(end));
  return nodes.filter(node => node !== '');
}

/** Without what rather belongs to the sentence around it. */
function trimmed(address) {
  let end = address.replace(TRAILING, '');
  while (end.endsWith(')') && end.split(')').length > end.split('(').length) end = end.slice(0, -1).replace(TRAILING, '');
  return end;
}

/** Whether it is a few emoji and nothing else. */
export function isEmojiAlone(text) {
  if (text.length > 64 || !EMOJI.test(text)) return false;
  const letters = [...new Intl.Segmenter().segment(text.replace(/\s+/gu, ''))];
  return letters.length > 0 && letters.length <= EMOJI_ALONE_MAX;
}

/** In one line, for lists and quotes. */
export function inOneLine(text, lettersMax = 160) {
  const line = text.slice(0, 4 * lettersMax).replace(/\s+/gu, ' ').trim();
  return line.length > lettersMax ? line.slice(0, lettersMax) + '…' : line;
}

/** Up to two letters that stand for a name. */
export function initials(name) {
  const words = name.split(/[\s_.@:,-]+/u).filter(word => word !== '');
  const letters = words.length > 1 ? [first(words[0]), first(words[1])] : [...(words[0] ?? '?')].slice(0, 2);
  return letters.join('').toUpperCase();
}

function first(word) {
  return [...word][0];
}

/** One of twelve colours, the same for the same name everywhere. */
export function hue(name) {
  let sum = 2166136261;
  for (const letter of name) sum = Math.imul(sum ^ letter.codePointAt(0), 16777619);
  return (sum >>> 0) % HUES;
}

/** "a", "a and b", "a, b and c". */
export function listed(names) {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}

export function plural(count, one, many = one + 's') {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** 900 B, 12 kB, 3.4 MB */
export function bytes(count) {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const number = count / 1000 ** power;
  return `${number.toLocaleString('en', { maximumFractionDigits: number < 10 && power > 0 ? 1 : 0 })} ${['B', 'kB', 'MB', 'GB'][power]}`;
}

export function isUserId(text) {
  return /^[A-Za-z0-9][A-Za-z0-9_.@:-]{0,63}$/.test(text);
}
