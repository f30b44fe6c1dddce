// What the tests of the web client share: a node, a way to it that can be cut, and browsers in which people are signed in.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { launch, watch } from '../../testing/browser.js';
import { Server } from '../../testing/server.js';
import { judgePassing, judgeSockets } from './judge.js';

const WAIT_MILLIS = 20_000;

/** Where what a run leaves behind is kept. */
export const ARTIFACTS = new URL('../../target/web/', import.meta.url).pathname;

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

/**
 * A node whose address stays the same when it is started again, since pages come back to it: that of a proxy, which can also cut all
 * connections, and refuse WebSockets as some networks do.
 */
export class Stage {
  isCut = false;
  blocksWebSockets = false;
  #sockets = new Set();
  #proxy;
  #browser;
  #tokens = new Map();
  people = [];

  static async open(settings = {}) {
    const stage = new Stage();
    await stage.#listen();
    stage.server = await Server.start({ 'http.origins': stage.url, 'drain.windowMillis': 0, ...settings });
    stage.#browser = await launch();
    await mkdir(ARTIFACTS, { recursive: true });
    return stage;
  }

  async close() {
    await this.#browser?.close();
    this.#proxy.close();
    this.#sockets.forEach(socket => socket.destroy());
    await this.server?.end();
  }

  async #listen() {
    this.#proxy = http.createServer((request, response) => this.#forward(request, response));
    this.#proxy.on('connection', socket => (this.isCut ? socket.destroy() : this.#hold(socket)));
    this.#proxy.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    await once(this.#proxy.listen(0, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${this.#proxy.address().port}`;
  }

  #hold(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #forward(request, response) {
    const { method, url, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port: this.server.port, method, path: url, headers }, answer => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    judgePassing(request, onward);
    request.pipe(onward);
  }

  #upgrade(request, socket, head) {
    if (this.blocksWebSockets) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const onward = net.connect(this.server.port, '127.0.0.1', () => {
      const lines = request.rawHeaders.map((text, i) => (i % 2 === 0 ? `\r\n${text}: ` : text)).join('');
      onward.write(`${request.method} ${request.url} HTTP/1.1${lines}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    this.#hold(onward);
    onward.once('close', () => socket.destroy());
    socket.once('close', () => onward.destroy());
  }

  /** From now on nothing gets through, until `mend`. */
  cut() {
    this.isCut = true;
    this.#sockets.forEach(socket => socket.destroy());
  }

  mend() {
    this.isCut = false;
  }

  /** Someone with a browser of their own, signed in. @param options `viewport`, `theme`, `query` of the address, `tabOf` another person */
  async person(userId, options = {}) {
    const person = await this.visitor(options);
    person.userId = userId;
    if (!options.tabOf) {
      await person.page.getByRole('textbox', { name: 'Your name' }).fill(userId);
      await person.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    }
    await person.page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    return person;
  }

  /** Someone who has only come to the page. */
  async visitor({ viewport = DESKTOP, theme = 'light', query = '', tabOf, ...more } = {}) {
    const context = tabOf?.context ?? (await this.#browser.newContext({ viewport, colorScheme: theme, locale: 'en-GB', timezoneId: 'Europe/London', ...more }));
    context.setDefaultTimeout(WAIT_MILLIS);
    const person = new Person(this, context, await context.newPage());
    this.people.push(person);
    await person.page.goto(this.url + '/' + query);
    return person;
  }

  /** Asks the HTTP API as that user. */
  async call(userId, method, path, body) {
    const token = this.#tokens.get(userId) ?? (await this.server.token(userId));
    this.#tokens.set(userId, token);
    const response = await fetch(this.server.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  async direct(from, to) {
    return (await this.call(from, 'POST', '/v1/conversations', { type: 'direct', memberIds: [to] })).conversationId;
  }

  async group(creator, name, ...memberIds) {
    return (await this.call(creator, 'POST', '/v1/conversations', { type: 'group', name, memberIds })).conversationId;
  }

  async say(userId, conversationId, body, more = {}) {
    return this.call(userId, 'POST', `/v1/conversations/${conversationId}/messages`, { clientMessageId: crypto.randomUUID(), body, ...more });
  }

  /** What went wrong in the pages without anybody looking. To be called at the end of each test. */
  checkQuiet() {
    const said = this.people.flatMap(person => person.troubles);
    this.people.forEach(person => (person.troubles = []));
    assert.deepEqual(said, []);
  }
}

/** A page, and what one sees and does there. */
class Person {
  /** Errors in the console, failed policies, scripts that broke. */
  troubles = [];
  /** Whether the network is to fail: then the browser says so in the console, and that is no trouble. */
  expectsFailures = false;

  constructor(stage, context, page) {
    this.stage = stage;
    this.context = context;
    this.page = page;
    judgeSockets(page);
    watch(page, trouble => this.troubles.push(trouble), () => this.expectsFailures);
  }

  /** Shows a conversation of which one has the id. */
  async go(conversationId) {
    await this.page.evaluate(id => (location.hash = `#/c/${id}`), conversationId);
    await this.field.waitFor();
    return this;
  }

  get field() {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  async write(text) {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** Presses keys until the other one has heard of it: what is typed before both are connected, nobody is told. */
  async types(other) {
    await until(async () => {
      await this.field.press('h');
      return other.page.locator('.typing').isVisible();
    });
  }

  /** The conversations as they stand in the list. */
  async titles() {
    return this.page.getByRole('navigation', { name: 'Conversations' }).locator('.title bdi').allTextContents();
  }

  row(title) {
    return this.page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').filter({ hasText: title });
  }

  /** The row of the message that says this. */
  message(text) {
    return this.page.getByRole('region', { name: 'Messages' }).locator('.message').filter({ hasText: text });
  }

  /** All messages on screen, from the top. */
  async messages() {
    return this.page.locator('.message .body').allTextContents();
  }

  async sees(text) {
    await this.message(text).last().waitFor();
  }

  /** Waits until the messages on screen are exactly these. */
  async seesExactly(wanted) {
    await until(async () => JSON.stringify(await this.messages()) === JSON.stringify(wanted), async () => `wanted ${JSON.stringify(wanted)}, saw ${JSON.stringify(await this.messages())}`);
  }

  /** A line that says what happened. */
  async seesEvent(text) {
    await this.page.locator('.system').filter({ hasText: text }).waitFor();
  }

  /** What stands below the name of the conversation. */
  async seesStatus(text) {
    await this.page.locator('.conversation-status').filter({ hasText: text }).waitFor();
  }

  async mark(text, name) {
    await this.message(text).last().getByRole('img', { name, exact: true }).waitFor();
  }

  /** Waits until the server has it; others may have it as well by then. */
  async isSent(text) {
    await this.message(text).last().getByRole('img', { name: /^(Sent|Delivered|Read)$/ }).waitFor();
  }
}

/** Waits until it is so. @param why says how it is instead */
export async function until(isSo, why = () => 'it did not come true', millis = WAIT_MILLIS) {
  const end = Date.now() + millis;
  while (!(await isSo())) {
    if (Date.now() > end) assert.fail(await why());
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
