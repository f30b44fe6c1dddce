import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Server } from '../../../testing/server.js';
import { until } from '../../../testing/until.js';

const server = await Server.start();
const programs = [];
after(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await server.end();
});

test('the client of the README talks to itself', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code] = /```js\n(import[^]*?)```/.exec(readme);
  // Below this package, so that it finds the package by its name.
  const folder = fileURLToPath(new URL(`../../target/readme-${process.pid}/`, import.meta.url));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'client.mjs'), code);
  const start = (me, peer) => {
    const program = spawn(process.execPath, ['client.mjs', me, peer, server.url], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    programs.push(program);
    const said = [];
    createInterface({ input: program.stdout }).on('line', line => said.push(line));
    return { program, said };
  };
  const [alice, bob] = [start('alice', 'bob'), start('bob', 'alice')];
  await until('both are online', () => [alice, bob].every(({ said }) => said.includes('(online)')));
  alice.program.stdin.write('hello\n');
  await until('bob reads it', () => bob.said.includes('alice: hello'));
  await until('bob keeps that', async () => /"[^"]*cursor[^"]*":[1-9]/.test(await readFile(join(folder, 'bob.json'), 'utf8')));
  bob.program.kill('SIGKILL');
  alice.program.stdin.write('are you there?\n');
  await until('alice reads it', () => alice.said.includes('alice: are you there?'));
  const again = start('bob', 'alice');
  await until('bob reads it when he is back', () => again.said.includes('alice: are you there?'));
  again.program.stdin.write('yes\n');
  await until('alice has the answer', () => alice.said.includes('bob: yes'));
  assert.deepEqual(alice.said.filter(line => !line.startsWith('(')), ['alice: hello', 'alice: are you there?', 'bob: yes']);
});
