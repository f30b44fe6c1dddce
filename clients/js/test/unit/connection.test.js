import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../src/connection.js';
import { Transports } from '../../src/transports.js';

const HALF = () => 0.5;

function connection({ names = ['websocket'], random = HALF } = {}) {
  const transports = new Transports(names);
  return { transports, connection: new Connection(transports, random) };
}

/** Online at that time. */
function online(now = 0, options) {
  const made = connection(options);
  connect(made.connection, now);
  return made;
}

function connect(it, now) {
  if (it.isOffline) it.connect(now);
  else if (it.state.name === 'waiting') it.tick(it.wakeAt);
  it.tokenGot(now);
  it.opened(now);
  it.welcomed(now, 25_000);
  it.synced(now);
  assert.equal(it.state.name, 'online');
}

test('it goes by token, link and hello to being online', () => {
  const { connection: it } = connection();
  assert.deepEqual(it.connect(0), ['ask']);
  assert.deepEqual(it.state, { name: 'connecting', attempt: 1, transport: 'websocket' });
  assert.deepEqual(it.tokenGot(0), ['open']);
  assert.deepEqual(it.opened(1), ['hello']);
  it.welcomed(2);
  assert.equal(it.state.name, 'syncing');
  it.synced();
  assert.equal(it.state.name, 'online');
  assert.deepEqual(it.connect(3), []);
});

test('waits double up to 30 s, with full jitter', () => {
  const { connection: it } = connection();
  it.connect(0);
  const waits = [];
  for (let i = 0; i < 9; i++) {
    it.tokenGot(0);
    it.closed(1006, 0);
    waits.push(it.state.retryAt);
    assert.deepEqual(it.tick(it.wakeAt), ['ask']);
  }
  assert.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  const quick = connection({ random: () => 0 }).connection;
  quick.connect(0);
  quick.tokenFailed(0);
  assert.equal(quick.state.retryAt, 50);
});

test('a session that lasted makes the next wait short, one that did not does not', () => {
  const { connection: it } = online();
  it.closed(1006, 1_000);
  connect(it, 2_000);
  it.closed(1006, 3_000);
  assert.equal(it.state.attempt, 2);
  connect(it, 4_000);
  it.closed(1006, 14_000);
  assert.equal(it.state.attempt, 1);
});

test('what does not come in time is given up: token, link, welcome', () => {
  const { connection: it } = connection();
  it.connect(0);
  assert.deepEqual(it.tick(29_999), []);
  it.tick(30_000);
  assert.equal(it.state.name, 'waiting');
  it.tick(it.wakeAt);
  it.tokenGot(100_000);
  assert.deepEqual(it.tick(110_000), ['hangUp']);
  it.closed(1006, 110_000);
  it.tick(it.wakeAt);
  it.tokenGot(200_000);
  it.opened(201_000);
  assert.deepEqual(it.tick(211_000), ['hangUp']);
});

test('two heartbeats without an answer end it; an answer in between does not', () => {
  const { connection: it } = online();
  assert.deepEqual(it.tick(25_000), ['heartbeat']);
  it.answered(25_100);
  assert.equal(it.wakeAt, 50_100);
  assert.deepEqual(it.tick(50_100), ['heartbeat']);
  assert.deepEqual(it.tick(75_100), ['heartbeat']);
  assert.deepEqual(it.tick(100_100), ['hangUp']);
});

test('when the network is back a wait ends, and a connection has 5 s to prove itself', () => {
  const { connection: it } = online();
  assert.deepEqual(it.hurry(1_000), ['heartbeat']);
  assert.deepEqual(it.hurry(1_001), [], 'it is being proved');
  assert.deepEqual(it.tick(6_000), ['hangUp']);
  it.closed(1006, 6_000);
  assert.deepEqual(it.hurry(6_000), ['ask']);
  const other = online().connection;
  other.hurry(1_000);
  other.answered(2_000);
  assert.deepEqual(other.tick(6_000), []);
});

test('a node that drains is left alone for as long as it said', () => {
  const { connection: it } = online();
  assert.deepEqual(it.goAway(8_000), ['hangUp']);
  it.closed(1006, 10_000);
  assert.equal(it.state.retryAt, 18_250);
  assert.deepEqual(it.hurry(11_000), []);
  assert.deepEqual(it.tick(18_250), ['ask']);
});

test('a server that turns a hello away is left alone for as long as it said, one with too many for five seconds', () => {
  const { connection: it } = connection();
  it.connect(0);
  it.tokenGot(0);
  it.opened(0);
  assert.deepEqual(it.turnedAway(3_000), ['hangUp']);
  it.closed(1006, 0);
  assert.equal(it.state.retryAt, 3_250);
  it.tick(3_250);
  it.tokenGot(3_250);
  it.opened(3_250);
  it.closed(4429, 3_250);
  assert.equal(it.state.retryAt, 3_250 + 5_000 + 500);
});

test('a server that turns a handshake away is left alone for as long as it said, and its transport is not given up', () => {
  const { connection: it, transports } = connection({ names: ['websocket', 'xhr-streaming'] });
  it.connect(0);
  it.tokenGot(0);
  assert.deepEqual(it.turnedAway(9_000), ['hangUp']);
  it.closed(1006, 0);
  assert.equal(it.state.retryAt, 9_250);
  assert.equal(transports.current, 'websocket');
  assert.deepEqual(it.hurry(1_000), []);
  assert.deepEqual(it.tick(9_250), ['ask']);
  it.tokenGot(9_250);
  it.closed(1006, 9_250);
  assert.equal(transports.current, 'xhr-streaming', 'nobody answered');
});

test('a session that has to go for a while comes back after the time that was said, else by back-off', () => {
  const { connection: it } = online();
  it.goAway(4_000);
  it.closed(1013, 10_000);
  assert.equal(it.state.retryAt, 14_250);
  connect(it, 14_250);
  it.closed(1013, 30_000);
  assert.equal(it.state.retryAt, 30_250);
});

test('a replaced device stays off until it is told otherwise', () => {
  const { connection: it } = online();
  it.closed(4409, 1);
  assert.deepEqual(it.state, { name: 'offline', reason: 'replaced' });
  assert.equal(it.wakeAt, Infinity);
  assert.deepEqual(it.connect(2), ['ask']);
});

test('a token is refused once without an end, twice in a row with', () => {
  const { connection: it } = online();
  it.closed(4401, 1);
  assert.equal(it.state.name, 'waiting');
  connect(it, 10);
  it.closed(4401, 11);
  it.tick(it.wakeAt);
  it.tokenGot(500);
  it.opened(501);
  assert.deepEqual(it.refused(), ['hangUp']);
  it.closed(1006, 502); // the code was lost on the way
  assert.deepEqual(it.state, { name: 'offline', reason: 'signedOut' });
});

test('a token is renewed when it is time, and again soon where that failed', () => {
  const { connection: it } = connection();
  it.connect(0);
  it.tokenGot(0, 10_000);
  it.opened(0);
  it.welcomed(0, 25_000);
  assert.equal(it.wakeAt, 10_000);
  assert.deepEqual(it.tick(10_000), ['renew']);
  it.renewFailed(10_000);
  assert.equal(it.wakeAt, 10_500);
  assert.deepEqual(it.tick(10_500), ['renew']);
  it.renewed(20_000);
  assert.equal(it.wakeAt, 20_000);
});

test('a transport that brings no session about gives way to the next; a server that answers is no reason', () => {
  const { connection: it, transports } = connection({ names: ['websocket', 'xhr-streaming', 'xhr-polling'] });
  it.connect(0);
  it.tokenGot(0);
  it.closed(1006, 0);
  assert.equal(transports.current, 'xhr-streaming');
  it.tick(it.wakeAt);
  it.tokenGot(0);
  it.opened(0);
  it.closed(1012, 0);
  assert.equal(transports.current, 'xhr-streaming');
});

test('what worked is remembered: ten minutes, then twice as long each time', () => {
  const transports = new Transports(['websocket', 'xhr-polling']);
  transports.restart(0);
  transports.failed();
  assert.equal(transports.worked(0), true);
  assert.deepEqual(transports.memory, { name: 'xhr-polling', until: 600_000, millis: 600_000 });
  transports.restart(599_999);
  assert.equal(transports.current, 'xhr-polling');
  assert.equal(transports.worked(599_999), false);
  transports.restart(600_000);
  assert.equal(transports.current, 'websocket');
  transports.failed();
  transports.worked(600_000);
  assert.equal(transports.memory.until, 1_800_000);
  transports.restart(1_800_000);
  assert.equal(transports.worked(1_800_000), true);
  assert.equal(transports.memory, undefined);
});

test('a memory of a transport that there is no more is no memory', () => {
  const transports = new Transports(['websocket']);
  transports.memory = { name: 'xhr-polling', until: 10, millis: 10 };
  transports.restart(0);
  assert.equal(transports.current, 'websocket');
});
