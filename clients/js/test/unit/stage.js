import { MemoryStore, Parley } from '../../src/index.js';
import { VirtualClock, randomOf } from '../../../testing/seeded.js';
import { ModelServer, tokenOf } from './model-server.js';

/** A model server in virtual time, and clients of it, which note what they hear. The test is to close them. */
export function stage(random = randomOf(1)) {
  const clock = new VirtualClock();
  const server = new ModelServer(clock, random);
  server.create('c', ['alice', 'bob']);
  let tokens = 0;
  const client = (userId, options = {}) => {
    const parley = new Parley({
      url: 'http://server',
      token: () => tokenOf(userId, clock.now() + 86_400_000, ++tokens),
      ...server.means,
      sockjs: undefined,
      clock,
      random,
      locks: undefined,
      store: new MemoryStore(),
      ...options,
    });
    const events = [];
    for (const name of ['state', 'entry', 'gap', 'skipped', 'ack', 'failed', 'replaced', 'signedOut', 'error', 'unread', 'mention', 'typing', 'presence']) {
      parley.on(name, event => events.push({ name, event }));
    }
    parley.events = events;
    parley.sequences = id => events.filter(({ name, event }) => name === 'entry' && event.conversation.conversationId === id).map(({ event }) => event.entry.sequence);
    parley.states = () => events.filter(({ name }) => name === 'state').map(({ event }) => event.name);
    parley.named = name => events.filter(each => each.name === name).map(({ event }) => event);
    return parley;
  };
  /** The store of a device that the server has seen, and that is away now. */
  const away = async userId => {
    const store = new MemoryStore();
    const device = client(userId, { store });
    device.connect();
    await clock.pass(2_000);
    await device.close();
    return store;
  };
  return { clock, server, client, away };
}
