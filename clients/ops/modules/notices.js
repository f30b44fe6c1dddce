/** What an operator has to look at, in sentences; only what is so by what the nodes say, nothing that rests on a limit of our making. */

import { listed } from './figures.js';
import { named, ownersOf, troublesOf } from './shards.js';

/** @param nodes of `Readings` */
export function noticesOf(nodes) {
  const here = nodes.filter(({ isThere }) => isThere);
  const answering = here.filter(({ answers }) => answers);
  const silent = here.filter(({ answers }) => !answers);
  return [
    ...nodes.filter(({ isThere }) => !isThere).map(({ name }) => `${name} is no longer in the cluster.`),
    ...silent.map(({ name }) => `${name} does not answer.`),
    ...answering.filter(({ last }) => last.draining).map(({ name }) => `${name} is draining.`),
    ...answering.filter(({ last }) => last.ready === false && !last.draining).map(({ name }) => `${name} is not ready.`),
    ...shardNotices(answering, silent),
    ...versionNotice(answering),
  ];
}

/** What is said when there is nothing to look at. */
export function allIsWell(nodes) {
  const tellsOfShards = nodes.some(({ last }) => last?.shards !== undefined);
  const answer = nodes.length === 1 ? 'The node answers' : `All ${nodes.length} nodes answer`;
  return `${answer}${tellsOfShards ? ', and every shard has one owner' : ''}.`;
}

/** Nothing is said while nobody tells of shards: then it is not known. */
function shardNotices(answering, silent) {
  const tell = answering.map(({ last }) => last).filter(({ shards }) => shards !== undefined);
  if (tell.length === 0) return [];
  const { unowned, shared } = troublesOf(ownersOf(tell));
  const notices = shared.map(({ names, shards }) => `${named(shards)} ${has(shards)} several owners: ${listed(names)}.`);
  if (unowned.length === 0) return notices;
  const perhaps = silent.length > 0 ? `, unless ${listed(silent.map(({ name }) => name))} ${has(silent)} ${unowned.length === 1 ? 'it' : 'them'}` : '';
  return [`${named(unowned)} ${has(unowned)} no owner${perhaps}.`, ...notices];
}

const has = subjects => (subjects.length === 1 ? 'has' : 'have');

function versionNotice(answering) {
  const versions = new Set(answering.map(({ last }) => last.version).filter(Boolean));
  return versions.size > 1 ? [`Nodes of several versions: ${listed([...versions].sort())}.`] : [];
}
