// A TCP proxy between clients and a node that does what networks do: delays, cuts, stops, blocks WebSockets.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const UPGRADE = /^GET [^\r]*\r\n[^]*\bupgrade: websocket/i;
const FORBIDDEN = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

export class Proxy {
  #port;
  #random;
  #server;
  #pairs = new Set();
  /** Each chunk waits up to so long; chunks of one connection and direction stay in order, those of others overtake. */
  delayMillisMax = 0;
  /** Nothing is forwarded and nothing closed: the connection is half open. What came meanwhile is never forwarded. */
  isDeaf = false;
  /** As some proxies do. */
  blocksWebSockets = false;
  /** How often it did so. */
  blocked = 0;
  url = '';

  /** @param port of the node now, as it may change */
  static async start(port, random = Math.random) {
    const proxy = new Proxy();
    proxy.#port = port;
    proxy.#random = random;
    proxy.#server = createServer(socket => proxy.#accept(socket));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`;
    return proxy;
  }

  /** Cuts the connections that there are, or part of them. */
  cut(part = 1) {
    for (const pair of this.#pairs) if (this.#random() < part) pair.end();
  }

  async end() {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client) {
    const node = connect(this.#port(), '127.0.0.1');
    const pair = {
      isDeaf: this.isDeaf,
      end: () => {
        this.#pairs.delete(pair);
        client.destroy();
        node.destroy();
      },
    };
    this.#pairs.add(pair);
    for (const socket of [client, node]) {
      socket.setNoDelay(true);
      socket.on('error', pair.end);
      socket.on('close', pair.end);
    }
    this.#forward(client, node, pair, chunk => {
      if (!this.blocksWebSockets || !UPGRADE.test(chunk.toString('latin1'))) return true;
      this.blocked++;
      client.end(FORBIDDEN);
      node.destroy();
      return false;
    });
    this.#forward(node, client, pair, () => true);
  }

  #forward(from, to, pair, isAllowed) {
    let arrivesAt = 0;
    from.on('data', chunk => {
      // One that was deaf stays so: its bytes are gone.
      pair.isDeaf ||= this.isDeaf;
      if (pair.isDeaf || !isAllowed(chunk)) return;
      const now = performance.now();
      arrivesAt = Math.max(arrivesAt, now + this.#random() * this.delayMillisMax);
      if (arrivesAt <= now) to.write(chunk);
      else setTimeout(() => pair.isDeaf || to.destroyed || to.write(chunk), arrivesAt - now);
    });
  }
}
