// Starts nodes for tests: of this build if Maven runs the test, else what ./parley serve builds.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { judgeBy } from './contract.js';
import './orphan.js';

const READY = /^parley ready (http:\S+)/;
const OPS = /^for operators: (http:\S+)/;
const HAND = [fileURLToPath(new URL('../../parley', import.meta.url)), 'serve'];
const [program, ...args] = process.env.SERVE_COMMAND ? JSON.parse(process.env.SERVE_COMMAND) : HAND;

/** By hand it may have to be built first. */
const START_MILLIS = process.env.SERVE_COMMAND ? 60_000 : 600_000;

/** What no test means to meet, raised. */
const RAISED = {
  'gateway.sendsPerSecond': 100000,
  'gateway.sendsBurst': 100000,
  'gateway.userSendsPerSecond': 100000,
  'gateway.userSendsBurst': 100000,
};

const running = new Set();
process.on('exit', () => running.forEach(child => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * A node on free ports with data of its own. It can be killed and started again on that data; its port is another one then.
 * Tokens are to be had of it for any user. What is said to it and by it is judged by its contract (`contract.js`).
 */
export class Server {
  #settings;
  #data;
  #process;
  url = '';
  /** Where the operators' page is. */
  opsUrl = '';

  /** @param settings beside the defaults: { 'gateway.heartbeatMillis': 1000 } */
  static async start(settings = {}) {
    const server = new Server();
    server.#settings = settings;
    server.#data = await mkdtemp(join(tmpdir(), 'parley-test-'));
    await server.restart();
    await judgeBy(server.url);
    return server;
  }

  /** Starts it, on the data that there is. */
  async restart() {
    const settings = { ...RAISED, 'auth.dev': true, 'http.port': 0, 'ops.port': 0, 'store.path': this.#data, ...this.#settings };
    const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const child = spawn(program, [...args, ...sets], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.#process = child;
    const said = [];
    createInterface({ input: child.stderr }).on('line', line => said.push(line) > 200 && said.shift());
    const late = setTimeout(() => {
      said.push(`it was not ready in ${START_MILLIS} ms`);
      child.kill('SIGKILL');
    }, START_MILLIS);
    await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', line => {
        said.push(line);
        const ready = READY.exec(line);
        if (ready) this.url = ready[1];
        const ops = OPS.exec(line);
        if (!ops) return;
        this.opsUrl = ops[1];
        resolve();
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`the node ended with ${code ?? signal}:\n${said.join('\n')}`)));
    }).finally(() => clearTimeout(late));
    return this;
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  async token(userId, ttlSeconds) {
    const response = await fetch(`${this.url}/v1/dev/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId, ttlSeconds }),
    });
    if (!response.ok) throw new Error(`no token: ${response.status}`);
    return (await response.json()).token;
  }

  /** What operators have to say: the node makes it when it first starts. */
  async opsCredential() {
    return (await readFile(join(this.#data, 'ops-credential'), 'utf8')).trim();
  }

  /** Waits until it has ended by itself. Returns the exit code; null: it was killed. */
  async ended() {
    const child = this.#process;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  /** SIGKILL; nothing of it runs any more when this is done. SIGTERM lets it drain. */
  async kill(signal = 'SIGKILL') {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Ends it and removes its data. */
  async end() {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }
}
