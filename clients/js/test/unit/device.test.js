import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../src/index.js';
import { Device } from '../../src/device.js';
import { Keeper } from '../../src/keeper.js';
import { Locks } from './locks.js';

function browser() {
  const locks = new Locks();
  const store = new MemoryStore();
  const keeper = new Keeper({ store, host: 'server', clock: undefined, onError: assert.fail });
  return { keeper, tab: given => new Device({ given, locks, host: 'server' }) };
}

test('tabs are devices of their own, with numbers of one base', async () => {
  const { keeper, tab } = browser();
  const names = await Promise.all([tab(), tab(), tab()].map(each => each.claim(keeper)));
  const [base] = names[0].split('.');
  assert.match(base, /^[0-9a-f]{32}$/);
  assert.deepEqual(names.sort(), [1, 2, 3].map(number => `${base}.${number}`));
});

test('a name is free again once its tab is gone', async () => {
  const { keeper, tab } = browser();
  const first = tab();
  const name = await first.claim(keeper);
  const second = tab();
  await second.claim(keeper);
  let took = 0;
  await tab().ifGone(name, async () => took++);
  assert.equal(took, 0);
  first.release();
  await new Promise(resolve => setImmediate(resolve));
  await second.ifGone(name, async () => took++);
  assert.equal(took, 1);
  assert.equal(await tab().claim(keeper), name);
});

test('a name that the application gives is taken as it is', async () => {
  const { keeper, tab } = browser();
  assert.equal(await tab('phone').claim(keeper), 'phone');
});

test('without locks and tabs the name is as lasting as the store', async () => {
  const { keeper } = browser();
  const names = [];
  for (let start = 0; start < 2; start++) names.push(await new Device({ host: 'server' }).claim(keeper));
  assert.match(names[0], /^[0-9a-f]{32}$/);
  assert.equal(names[1], names[0]);
});

test('sends that a closed tab has left are sent by another', async () => {
  const { keeper, tab } = browser();
  const [left, here] = [tab(), tab()];
  const [owner, own] = [await left.claim(keeper), await here.claim(keeper)];
  await keeper.open('alice', owner);
  await keeper.send(owner, { clientMessageId: 'm1', conversationId: 'c', order: 1 });
  left.release();
  await new Promise(resolve => setImmediate(resolve));
  await keeper.open('alice', own);
  assert.deepEqual(await keeper.owners(), [owner]);
  let adopted;
  await here.ifGone(owner, async () => {
    adopted = await keeper.adopt(owner, own);
  });
  assert.deepEqual(adopted.map(each => each.clientMessageId), ['m1']);
  assert.deepEqual(await keeper.owners(), [own]);
  assert.equal((await keeper.open('alice', own)).sends.length, 1);
});
