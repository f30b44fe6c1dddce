/** Which node has which shard, as all nodes together tell it. */

/** How many there are, for the life of the data. */
export const SHARDS = 128;

/** For each shard the names of those who say that they have it. @param nodes those that answered, each with its `shards` if it told them */
export function ownersOf(nodes) {
  const owners = Array.from({ length: SHARDS }, () => []);
  for (const { name, shards } of nodes) for (const shard of shards ?? []) owners[shard]?.push(name);
  return owners;
}

/** Numbers in ascending order as one writes them: 0–4, 7, 9–12 */
export function ranges(numbers) {
  const parts = [];
  for (let i = 0; i < numbers.length; i++) {
    const first = numbers[i];
    while (numbers[i + 1] === numbers[i] + 1) i++;
    parts.push(first === numbers[i] ? `${first}` : `${first}–${numbers[i]}`);
  }
  return parts.join(', ');
}

/** Those that nobody has, and those that several say they have: { unowned: [3], shared: [{ names: ['n1', 'n2'], shards: [5, 6] }] } */
export function troublesOf(owners) {
  const unowned = [];
  const shared = new Map();
  owners.forEach((names, shard) => {
    if (names.length === 0) unowned.push(shard);
    if (names.length < 2) return;
    const key = names.join(' ');
    if (!shared.has(key)) shared.set(key, { names, shards: [] });
    shared.get(key).shards.push(shard);
  });
  return { unowned, shared: [...shared.values()] };
}

/** Shard 3, Shards 3–5 */
export function named(shards) {
  return `${shards.length === 1 ? 'Shard' : 'Shards'} ${ranges(shards)}`;
}

/** The numbers of those that this node has. */
export function shardsOf(owners, name) {
  return owners.flatMap((names, shard) => (names.includes(name) ? [shard] : []));
}
