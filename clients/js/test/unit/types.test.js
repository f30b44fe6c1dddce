import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MemoryStore, Parley, ParleyError } from '../../src/index.js';
import * as index from '../../src/index.js';

const require = createRequire(import.meta.url);

test('an application in TypeScript compiles against the declarations', async () => {
  const project = fileURLToPath(new URL('../types', import.meta.url));
  const [code, said] = await new Promise(resolve => {
    execFile(process.execPath, [require.resolve('typescript/bin/tsc'), '--noEmit', '-p', project], (error, out) => resolve([error?.code ?? 0, out]));
  });
  assert.equal(code, 0, said);
});

test('all that is declared is there, and nothing else', async () => {
  const ts = require('typescript');
  const path = fileURLToPath(new URL('../../src/index.d.ts', import.meta.url));
  const declared = { exports: [] };
  ts.createSourceFile(path, ts.sys.readFile(path), ts.ScriptTarget.Latest).forEachChild(node => {
    if (!ts.isClassDeclaration(node)) return;
    declared.exports.push(node.name.text);
    declared[node.name.text] = node.members.filter(member => member.name).map(member => member.name.text);
  });
  // The one class of which applications make none.
  const parley = new Parley({ url: 'http://x', token: () => '', WebSocket: class {}, store: new MemoryStore() });
  const conversation = parley.conversation('c');
  assert.deepEqual(declared.exports.filter(name => name !== 'Conversation').sort(), Object.keys(index).sort());
  const own = of => Object.getOwnPropertyNames(Object.getPrototypeOf(of)).filter(name => name !== 'constructor');
  assert.deepEqual(own(parley).sort(), declared.Parley.sort());
  assert.deepEqual(own(conversation).sort(), declared.Conversation.sort());
  const error = new ParleyError('code', 'message', { retryAfterMillis: 1 });
  for (const field of declared.ParleyError) assert.ok(field in error, field);
  const pending = conversation.send({ body: 'x' });
  for (const field of ['clientMessageId', 'kind', 'draft', 'createdAt', 'state', 'placed', 'saved', 'retry', 'discard']) assert.ok(field in pending, field);
});

test('options that cannot work are refused at once', () => {
  const token = () => '';
  class WebSocket {}
  assert.throws(() => new Parley({ url: 'chat.example.org', token, WebSocket }), /url is/);
  assert.throws(() => new Parley({ url: 'http://x', token: 'token', WebSocket }), /token is/);
  assert.throws(() => new Parley({ url: 'http://x', token, WebSocket, transports: ['carrier-pigeon'] }), /carrier-pigeon/);
  assert.throws(() => new Parley({ url: 'http://x', token, transports: ['xhr-polling'] }), /no transport/);
});
