import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Proxy } from '../../../testing/proxy.js';
import { below, randomOf } from '../../../testing/seeded.js';
import { Server } from '../../../testing/server.js';
import { Town } from './town.js';

const SEED = Number(process.env.SEED ?? 1);
/** Long enough for a noisy machine to renew in the fifth of it that is left. */
const TTL_SECONDS = 10;
const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

/** A town of three users with five devices and two conversations, whose way to the node is the proxy. */
async function settle(settings = {}, ttlSeconds = undefined) {
  const random = randomOf(SEED);
  const server = await Server.start({ 'gateway.heartbeatMillis': 1_000, ...settings });
  ends.push(() => server.end());
  const proxy = await Proxy.start(() => server.port, random);
  ends.push(() => proxy.end());
  const town = new Town(server, proxy.url, ttlSeconds);
  ends.push(() => town.close());
  for (const userId of ['alice', 'alice', 'bob', 'bob', 'carol']) town.device(userId);
  await town.online();
  const [alice] = town.devices;
  const direct = await alice.parley.createDirect('bob');
  const group = await alice.parley.createGroup({ name: 'all', memberIds: ['bob', 'carol'] });
  const conversations = [
    { id: direct.conversationId, userIds: ['alice', 'bob'] },
    { id: group.conversationId, userIds: ['alice', 'bob', 'carol'] },
  ];
  /** A device says something somewhere. */
  const speak = () => {
    const { id, userIds } = conversations[below(random, 2)];
    const speakers = town.devices.filter(({ userId }) => userIds.includes(userId));
    return town.send(speakers[below(random, speakers.length)], id);
  };
  return { random, server, proxy, town, conversations, speak };
}

const pause = millis => new Promise(resolve => setTimeout(resolve, millis));

test(`through cuts, delays and half-open connections everything arrives once and in order (SEED=${SEED})`, async () => {
  const { random, proxy, town, conversations, speak } = await settle();
  for (let step = 0; step < 400; step++) {
    speak();
    const fate = random();
    if (fate < 0.03) proxy.cut(random());
    else if (fate < 0.05) proxy.delayMillisMax = below(random, 200);
    else if (fate < 0.06) proxy.isDeaf = true;
    else if (fate < 0.09) proxy.isDeaf = false;
    await pause(below(random, 60));
  }
  Object.assign(proxy, { isDeaf: false, delayMillisMax: 0 });
  await town.check(conversations);
  assert.ok(town.devices.every(({ states }) => states.includes('waiting')), 'each was cut off at least once');
});

test(`a node that is killed and restarted on its data under load loses nothing and doubles nothing (SEED=${SEED})`, async () => {
  const { random, server, town, conversations, speak } = await settle();
  let isOver = false;
  const load = (async () => {
    while (!isOver) {
      if (town.devices.every(({ parley }) => parley.pending.length < 500)) speak();
      await pause(below(random, 30));
    }
  })();
  for (let life = 0; life < 3; life++) {
    await pause(1_000 + below(random, 1_000));
    await server.kill();
    await server.restart();
    await town.online();
  }
  isOver = true;
  await load;
  await town.check(conversations);
});

test('a program that ends with unsent messages sends them when it is started again', async () => {
  const { server, town, conversations } = await settle();
  const [device] = town.devices;
  await server.kill();
  const unsent = Array.from({ length: 20 }, (_, i) => town.send(device, conversations[i % 2].id));
  await Promise.all(unsent.map(pending => pending.saved));
  await device.parley.close();
  town.start(device);
  await server.restart();
  await town.check(conversations);
});

test('tokens that last for seconds are renewed on the session, and one that ended while away is replaced', async () => {
  const { proxy, town, conversations, speak } = await settle({}, TTL_SECONDS);
  const renewals = () => town.devices.map(({ tokens }) => tokens.filter(reason => reason === 'renewal').length);
  while (renewals().some(count => count < 2)) {
    speak();
    await pause(50);
  }
  assert.ok(town.devices.every(({ states }) => states.filter(name => name === 'online').length === 1), 'nobody had to reconnect');
  proxy.isDeaf = true; // the sessions end at the node, for their tokens, and the devices cannot hear of it
  proxy.cut();
  await pause(TTL_SECONDS * 1_000 + 1_000);
  proxy.isDeaf = false;
  proxy.cut();
  await town.check(conversations);
});
