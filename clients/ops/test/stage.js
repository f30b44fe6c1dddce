// What the tests of the operators' page share: a node with people who talk, and operators with a browser.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { launch, watch } from '../../testing/browser.js';
import { Server } from '../../testing/server.js';

const WAIT_MILLIS = 15_000;

/** Where what a run leaves behind is kept. */
const ARTIFACTS = fileURLToPath(new URL('../../target/ops/', import.meta.url));

/** Kept with the sources, for the README, when `npm run pictures` asks for it. */
const KEPT = ['desk-light', 'phone-dark'];
const PICTURES = fileURLToPath(new URL('../pictures/', import.meta.url));

export class Stage {
  #browser;
  /** Where the page of the people who talk is from, which may open sessions: an address of its own, known before the node's. */
  #home;
  /** What went wrong in pages without anybody looking. */
  troubles = [];
  /** Whether the port is to fail or to refuse: then the browser says so in the console, and that is no trouble. */
  expectsFailures = false;

  static async open() {
    const stage = new Stage();
    await mkdir(ARTIFACTS, { recursive: true });
    if (process.env.PICTURES) await mkdir(PICTURES, { recursive: true });
    stage.#home = createServer((asked, answer) => answer.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,">'));
    await once(stage.#home.listen(0, '127.0.0.1'), 'listening');
    [stage.server, stage.#browser] = await Promise.all([Server.start({ 'instances.gateway': 1, 'drain.windowMillis': 0, 'http.origins': stage.#homeUrl }), launch()]);
    stage.credential = await stage.server.opsCredential();
    return stage;
  }

  get #homeUrl() {
    return `http://127.0.0.1:${this.#home.address().port}`;
  }

  async close() {
    await this.#browser?.close();
    this.#home.close();
    await this.server?.end();
  }

  checkQuiet() {
    assert.deepEqual(this.troubles.splice(0), []);
  }

  async #page(options) {
    const context = await this.#browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/London', ...options });
    context.setDefaultTimeout(WAIT_MILLIS);
    const page = await context.newPage();
    watch(page, trouble => this.troubles.push(trouble), () => this.expectsFailures);
    return page;
  }

  /** An operator before the page, who has not said the credential. */
  async operator() {
    const page = await this.#page({ viewport: { width: 1280, height: 800 } });
    await page.goto(this.server.opsUrl);
    return page;
  }

  /**
   * People of one group who are connected, the first of whom speaks until the page is closed. Returns their page; `acknowledged` in it holds
   * the messageIds, `refused` the errors.
   */
  async talk(userIds, perSecond) {
    const tokens = await Promise.all(userIds.map(userId => this.server.token(userId)));
    const answer = await fetch(`${this.server.url}/v1/conversations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens[0]}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'group', name: 'Watched', memberIds: userIds.slice(1) }),
    });
    const { conversationId } = await answer.json();
    const page = await this.#page({});
    await page.goto(this.#homeUrl);
    await page.evaluate(speak, { address: `ws://127.0.0.1:${this.server.port}/v1/ws`, tokens, conversationId, perSecond });
    return page;
  }

  async keep(page, name) {
    await page.mouse.move(0, 0);
    const picture = { animations: 'disabled', caret: 'hide', fullPage: name.startsWith('desk') };
    await page.screenshot({ ...picture, path: `${ARTIFACTS}${name}.png` });
    if (process.env.PICTURES && KEPT.includes(name)) await page.screenshot({ ...picture, path: `${PICTURES}${name}.png` });
  }
}

/** Runs in a page. Sessions that a gateway sends away come again. */
function speak({ address, tokens, conversationId, perSecond }) {
  globalThis.acknowledged = [];
  globalThis.refused = [];
  const sockets = [];
  const connect = i => {
    const socket = new WebSocket(address);
    sockets[i] = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', token: tokens[i], deviceId: 'watched' }));
    socket.onmessage = ({ data }) => {
      for (const frame of [JSON.parse(data)].flat()) {
        if (frame.type === 'message_ack') acknowledged.push(frame.messageId);
        if (frame.type === 'error') refused.push(frame);
      }
    };
    socket.onclose = () => setTimeout(connect, 500, i);
  };
  tokens.forEach((_, i) => connect(i));
  let due = 0;
  setInterval(() => {
    // Now more, now less, as people do.
    for (due += (perSecond / 10) * (1 + 0.5 * Math.sin(performance.now() / 15_000)); due >= 1; due--) {
      if (sockets[0].readyState === WebSocket.OPEN)
        sockets[0].send(JSON.stringify({ type: 'send_message', clientMessageId: crypto.randomUUID(), conversationId, body: 'Is anybody watching?' }));
    }
  }, 100);
}
