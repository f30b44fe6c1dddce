/** Whom a text mentions: `@name`, at the beginning of a word. */

import { h } from './dom.js';
import { linked } from './text.js';

const NAMES = /(?<![^\s(])@([A-Za-z0-9][A-Za-z0-9_.@:-]{0,63})/g;
const BEGUN = /(?<![^\s(])@([A-Za-z0-9_.@:-]{0,64})$/;
const MENTIONS_MAX = 50;

/** The mentions of a text, as they are sent. @param isKnown whether that name is somebody's whom one may mention; `all` may be one */
export function mentionsIn(text, isKnown) {
  const found = [];
  for (const { 1: word, index: from } of text.matchAll(NAMES)) {
    // What ends a sentence may be part of a name.
    const ends = [word, ...[...word.matchAll(/[_.@:-]+$/g)].map(({ index }) => word.slice(0, index))];
    const name = ends.find(isKnown);
    if (name === undefined) continue;
    const length = name.length + 1;
    found.push(name === 'all' ? { all: true, from, length } : { userId: name, from, length });
  }
  return found.slice(0, MENTIONS_MAX);
}

/** What was begun of a name right before the caret: `{ from, prefix }`, or null. */
export function begun(text, caret) {
  const found = BEGUN.exec(text.slice(0, caret));
  return found && { from: found.index, prefix: found[1] };
}

/** The text as nodes, mentions and links among them. */
export function marked(text, mentions, me) {
  const nodes = [];
  let end = 0;
  for (const { userId, all, from, length } of [...mentions].sort((a, b) => a.from - b.from)) {
    const name = `@${all ? 'all' : userId}`;
    // An edit may have moved it, and other clients may mean something else by it.
    if (!(from >= end) || text.slice(from, from + length) !== name) continue;
    nodes.push(linked(text.slice(end, from)), h('span', { class: all || userId === me ? 'mention to-me' : 'mention' }, name));
    end = from + length;
  }
  nodes.push(linked(text.slice(end)));
  return nodes.flat();
}
