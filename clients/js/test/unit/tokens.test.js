import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { Http } from '../../src/http.js';
import { Tokens } from '../../src/tokens.js';
import { VirtualClock } from '../../../testing/seeded.js';
import { tokenOf } from './model-server.js';

test('a token is used until a fifth of its life, at most a minute, is left', async () => {
  let now = 0;
  const lives = [100_000, 3_600_000];
  const reasons = [];
  const tokens = new Tokens(({ reason }) => {
    reasons.push(reason);
    return tokenOf('alice', now + lives[reasons.length - 1]);
  }, () => now);
  const first = await tokens.get();
  assert.deepEqual([tokens.userId, tokens.renewAt], ['alice', 80_000]);
  now = 79_999;
  assert.equal(await tokens.get(), first);
  now = 80_000;
  await tokens.get();
  assert.equal(tokens.renewAt, 80_000 + 3_540_000);
  assert.deepEqual(reasons, ['connect', 'connect']);
});

test('who asks while a token is fetched gets the same one; a refused one is not used again', async () => {
  const reasons = [];
  const tokens = new Tokens(async ({ reason }) => `token ${reasons.push(reason)}`, () => 0);
  assert.deepEqual(await Promise.all([tokens.get(), tokens.get()]), ['token 1', 'token 1']);
  assert.equal(tokens.renewAt, undefined);
  tokens.refuse('another');
  assert.equal(await tokens.get(), 'token 1');
  tokens.refuse('token 1');
  assert.equal(await tokens.get(), 'token 2');
  assert.deepEqual(reasons, ['connect', 'refused']);
});

test('a callback that gives no token has failed', async () => {
  await assert.rejects(new Tokens(() => undefined, () => 0).get(), /no token/);
});

/** Answers in turn; what is no answer is thrown. */
function http(...answers) {
  const clock = new VirtualClock();
  const asked = [];
  const fetch = async (url, request) => {
    asked.push({ url: `${url}`, ...request });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    const [status, body, headers = {}] = answer;
    return { ok: status < 300, status, headers: new Headers(headers), text: async () => (typeof body === 'string' ? body : JSON.stringify(body)) };
  };
  const tokens = new Tokens(() => `token ${asked.length}`, () => 0);
  return { clock, asked, http: new Http({ url: 'http://server', fetch, tokens, clock, random: () => 0.5 }) };
}

const busy = [503, { code: 'busy', retryable: true, retryAfterMillis: 2_000, detail: 'busy' }];

test('what may be tried again is, after the time that the server said, under the same id', async () => {
  const { clock, asked, http: it } = http(new TypeError('fetch failed'), busy, [201, { ok: true }]);
  const answer = it.post('/v1/conversations', { type: 'group' }, 'id');
  await clock.pass(2_000);
  assert.equal(asked.length, 2);
  await clock.pass(2_000);
  assert.deepEqual(await answer, { ok: true });
  assert.deepEqual(asked.map(({ headers }) => headers['idempotency-key']), ['id', 'id', 'id']);
});

test('a proxy before the server may say when to try again, too', async () => {
  const { clock, asked, http: it } = http([503, '<html>', { 'retry-after': '7' }], [200, {}]);
  const answer = it.get('/v1/devices');
  await clock.pass(6_900);
  assert.equal(asked.length, 1);
  await clock.pass(400);
  assert.deepEqual(await answer, {});
});

test('after four tries the error is the caller\'s, one for good at once', async () => {
  const { clock, asked, http: it } = http(busy, busy, busy, busy);
  const answer = assert.rejects(it.get('/v1/devices'), { code: 'busy', retryable: true });
  await clock.pass(60_000);
  await answer;
  assert.equal(asked.length, 4);
  await assert.rejects(http([403, { code: 'forbidden', retryable: false }]).http.get('/'), { code: 'forbidden' });
  await assert.rejects(http([404, '<html>']).http.get('/'), { code: 'network', retryable: false });
});

test('a refused token is replaced once', async () => {
  const refused = [401, { code: 'unauthenticated', retryable: false }];
  const { asked, http: it } = http(refused, [200, {}]);
  await it.get('/v1/devices');
  assert.deepEqual(asked.map(({ headers }) => headers.authorization), ['Bearer token 0', 'Bearer token 1']);
  await assert.rejects(http(refused, refused).http.get('/'), { code: 'unauthenticated' });
});

test('a listener that throws disturbs no other, and is heard of', async () => {
  const program = `
    import { Emitter } from '${new URL('../../src/emitter.js', import.meta.url)}';
    const emitter = new Emitter();
    process.on('uncaughtException', error => console.log(error.message));
    emitter.on('x', () => { throw new Error('mine'); });
    const stop = emitter.on('x', event => console.log(event));
    emitter.emit('x', 'first');
    stop();
    emitter.emit('x', 'second');
  `;
  const out = await new Promise(resolve => {
    execFile(process.execPath, ['--input-type=module', '-e', program], (error, stdout) => resolve(stdout));
  });
  assert.equal(out, 'first\nmine\nmine\n');
});
