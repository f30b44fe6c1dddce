import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FileStore } from '../../src/file-store.js';
import { IndexedDbStore, MemoryStore } from '../../src/index.js';

const folder = await mkdtemp(join(tmpdir(), 'parley-store-'));
after(() => rm(folder, { recursive: true }));
let names = 0;

/** What each store promises: `open` gives one on the same data, if it lasts. */
const STORES = {
  MemoryStore: () => {
    const store = new MemoryStore();
    return () => store;
  },
  IndexedDbStore: () => {
    const name = `s${++names}`;
    return () => new IndexedDbStore(name);
  },
  FileStore: () => {
    const path = join(folder, 'deep', `s${++names}`);
    return () => new FileStore(path);
  },
};

for (const [name, make] of Object.entries(STORES)) {
  test(`${name}: what was written is read by its prefix, also by the next`, async () => {
    const open = make();
    const store = open();
    assert.deepEqual(await store.read(''), []);
    await store.write([['a|1', { text: 'ä' }], ['a|2', 2], ['b|1', [3]]]);
    for (const each of [store, open()]) {
      assert.deepEqual((await each.read('a|')).sort(), [['a|1', { text: 'ä' }], ['a|2', 2]]);
    }
  });

  test(`${name}: undefined removes, the last write stands`, async () => {
    const open = make();
    const store = open();
    await Promise.all([store.write([['a', 1], ['b', 1]]), store.write([['a', 2]]), store.write([['b', undefined]])]);
    assert.deepEqual(await open().read(''), [['a', 2]]);
  });

  test(`${name}: what is read is the reader's own`, async () => {
    const store = make()();
    const value = { list: [1] };
    await store.write([['a', value]]);
    value.list.push(2);
    (await store.read('a'))[0][1].list.push(3);
    assert.deepEqual(await store.read('a'), [['a', { list: [1] }]]);
  });
}

test('FileStore: a file that is no store is refused and left alone', async () => {
  const path = join(folder, 'broken');
  await writeFile(path, '{"a":');
  await assert.rejects(new FileStore(path).read(''));
  await assert.rejects(new FileStore(path).write([['a', 1]]));
  assert.equal(await readFile(path, 'utf8'), '{"a":');
});

test('FileStore: a place where no file can be is refused, a file that is gone is written anew', async () => {
  const store = new FileStore(join(folder, 'broken', 'below-a-file'));
  await assert.rejects(store.read(''));
  const path = join(folder, 'later');
  const later = new FileStore(path);
  await later.write([['a', 1]]);
  await rm(path);
  await later.write([['b', 2]]);
  assert.deepEqual((await new FileStore(path).read('')).length, 2);
});
