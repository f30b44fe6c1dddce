// What goes through the proxy of a stage and over the sockets of a page, put before the contract of the node.

import { clientText, exchange, serverText } from '../../testing/contract.js';

const API = '/v1/';
const SOCKJS = '/v1/sockjs';
/** A line in which SockJS carries texts, on whichever transport. */
const CARRIED = /^(?:data: )?a(\[.*\])\r?$/;

/** @param asked a request of which nothing was read yet @param onward the same on its way to the node; what breaks off is not judged */
export function judgePassing(asked, onward) {
  const { method, url: target } = asked;
  if (!target.startsWith(API)) return;
  const request = textOf(asked);
  if (/^\/v1\/sockjs\/.*\/xhr_send(\?|$)/.test(target)) {
    request.then(text => JSON.parse(text).forEach(text => clientText(text)));
    return;
  }
  onward.once('response', async answer => {
    if (target.startsWith(SOCKJS)) {
      eachLine(answer, line => JSON.parse(CARRIED.exec(line)?.[1] ?? '[]').forEach(text => serverText(text)));
      return;
    }
    const { statusCode: status, headers } = answer;
    const [body, text] = await Promise.all([request, textOf(answer)]);
    exchange({ method, target, request: body, status, contentType: headers['content-type'], answer: text });
  });
}

export function judgeSockets(page) {
  page.on('websocket', socket => {
    if (!socket.url().endsWith('/v1/ws')) return;
    socket.on('framesent', ({ payload }) => clientText(String(payload)));
    socket.on('framereceived', ({ payload }) => serverText(String(payload)));
  });
}

function textOf(stream) {
  const chunks = [];
  stream.on('data', chunk => chunks.push(chunk));
  return new Promise(resolve => stream.once('end', () => resolve(Buffer.concat(chunks).toString())));
}

/** Those that are whole, as they come. */
function eachLine(stream, task) {
  const decoder = new TextDecoder();
  let rest = '';
  stream.on('data', chunk => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop();
    lines.forEach(task);
  });
}
