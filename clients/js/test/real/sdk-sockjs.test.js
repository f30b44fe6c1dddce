// The SDK over SockJS, behind a proxy that lets no WebSocket through.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import SockJS from 'sockjs-client';
import { judged } from '../../../testing/contract.js';
import { Proxy } from '../../../testing/proxy.js';
import { Server } from '../../../testing/server.js';
import { until } from '../../../testing/until.js';
import { Town } from './town.js';

const ROUNDS = 3;
const SENDS = 20;
const timeout = 40_000;

// In Node, sockjs-client does not notice that an answer which streams was cut off: the client's heartbeats do.
const server = await Server.start({ 'gateway.heartbeatMillis': 1_000 });
const proxy = await Proxy.start(() => server.port);
proxy.blocksWebSockets = true;
const towns = [];
after(async () => {
  await Promise.all(towns.map(town => town.close()));
  await proxy.end();
  await server.end();
});

function found() {
  const town = new Town(server, proxy.url);
  towns.push(town);
  return town;
}

test('where WebSockets are blocked SockJS carries, and is tried first the next time', { timeout }, async () => {
  const town = found();
  const alice = town.device('alice', { sockjs: judged(SockJS) });
  await town.online();
  assert.deepEqual([alice.parley.transport, proxy.blocked], ['xhr-streaming', 1]);
  await alice.parley.close();
  town.start(alice);
  await town.online();
  assert.deepEqual([alice.parley.transport, proxy.blocked], ['xhr-streaming', 1]);
});

for (const transport of ['xhr-streaming', 'eventsource', 'xhr-polling']) {
  test(`over ${transport} everything arrives once and in order, through cuts too`, { timeout }, async () => {
    const town = found();
    const userIds = [`bob-${transport}`, `carol-${transport}`];
    for (const userId of userIds) town.device(userId, { sockjs: judged(SockJS), transports: [transport] });
    await town.online();
    const { conversationId } = await town.devices[0].parley.createDirect(userIds[1]);
    for (let round = 0; round < ROUNDS; round++) {
      const pending = Array.from({ length: SENDS }, (_, i) => town.send(town.devices[i % 2], conversationId));
      await pending[SENDS / 2].placed; // the others are under way
      proxy.cut();
    }
    await town.check([{ id: conversationId, userIds }]);
    await until('all are back', () => town.devices.every(({ parley }) => parley.state.name === 'online'));
    for (const { parley, states } of town.devices) {
      assert.equal(parley.transport, transport);
      assert.ok(states.includes('waiting'), 'it was cut off');
    }
  });
}
