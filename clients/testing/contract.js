// What a node says of itself, its OpenAPI and its AsyncAPI document, is the judge of the tests: a frame, or a request with its answer, that is
// not as they say fails the test in which it was met.

import Ajv from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach } from 'node:test';

const BASE = 'https://parley.invalid/contract/';
const API = '/v1/';
const SOURCES = new URL('../../shared/src/main/resources/contract/', import.meta.url);
const TOLD_MAX = 5;
const TEXT_MAX = 1_000;

let contract;
const violations = [];

/** Fails if something was against the contract since it was last called; runs after each test. */
export function check() {
  const found = violations.splice(0);
  assert.equal(found.length, 0, `against the contract, ${found.length} times:\n${found.slice(0, TOLD_MAX).join('\n')}`);
}
afterEach(check);

/** What came when no test was under way fails the file. */
process.on('exit', () => {
  if (violations.length === 0) return;
  console.error(violations.slice(0, TOLD_MAX).join('\n'));
  process.exitCode = 1;
});

/** The contract of that node; it is the same for all nodes of a build. What `fetch` asks and hears is judged from now on. */
export async function judgeBy(url) {
  if (contract !== undefined) return;
  contract = await read(async name => (await fetch(`${url}${API}${name}`)).json());
  globalThis.fetch = judging(globalThis.fetch);
}

/** The contract of the nodes that are built of these sources. */
export async function judgeBySources() {
  contract ??= await read(async name => JSON.parse(await readFile(new URL(name, SOURCES))));
}

async function read(document) {
  return new Contract(...(await Promise.all(['openapi.json', 'asyncapi.json'].map(document))));
}

/** A text of a client that is not to be refused: a frame, or an array of them. */
export function clientText(text) {
  violations.push(...contract.frames('client', text));
}

/** A text of a server. */
export function serverText(text) {
  violations.push(...contract.frames('server', text));
}

/** @param told `{ method, target: path and query, request: body or nothing, status, contentType, answer: body }` of what is below `/v1/` */
export function exchange(told) {
  violations.push(...contract.exchange(told));
}

/** A constructor of sockets, WebSocket or SockJS, whose texts are judged both ways. */
export function judged(Socket) {
  return function (...args) {
    const socket = new Socket(...args);
    const { send } = socket;
    socket.send = text => {
      clientText(text);
      return send.call(socket, text);
    };
    socket.addEventListener('message', ({ data }) => serverText(String(data)));
    return socket;
  };
}

function judging(plain) {
  return async (address, request = {}) => {
    const response = await plain(address, request);
    const { pathname, search } = new URL(address);
    if (!pathname.startsWith(API)) return response;
    const { status, headers } = response;
    const answer = await response.text();
    const { method = 'GET', body } = request;
    exchange({ method, target: pathname + search, request: body, status, contentType: headers.get('content-type'), answer });
    return new Response(answer === '' ? null : answer, { status, headers });
  };
}

/** Says what is wrong with frames and exchanges. */
export class Contract {
  #http;
  #ajv = new Ajv({ strict: false, validateFormats: false });
  #paths;
  #frames;

  constructor(http, socket) {
    this.#http = http;
    this.#ajv.addSchema(http, `${BASE}openapi.json`).addSchema(socket, `${BASE}asyncapi.json`);
    this.#paths = Object.keys(http.paths).map(template => [template, new RegExp(`^${template.replace(/\{[^}]*\}/g, '[^/]+')}$`)]);
    this.#frames = { client: this.#schemasOf('ClientFrame', socket), server: this.#schemasOf('ServerFrame', socket) };
  }

  /** The schema of each frame by its type; of entries by type, kind, and whether it is deleted. */
  #schemasOf(union, socket) {
    const found = new Map();
    for (const { $ref } of socket.components.schemas[union].oneOf) {
      if ($ref.endsWith('/Entry')) {
        for (const entry of this.#http.components.schemas.Entry.oneOf) {
          const { kind } = at(this.#http, entry.$ref).properties;
          if (kind.const !== undefined) found.set(`message_event/${kind.const}`, `openapi.json${entry.$ref}`);
          for (const each of kind.enum ?? []) found.set(`message_event/${each}/deleted`, `openapi.json${entry.$ref}`);
        }
      } else {
        const schema = at(socket, $ref);
        const { type } = [schema, ...(schema.allOf ?? [])].find(part => part.properties?.type?.const !== undefined).properties;
        found.set(type.const, `asyncapi.json${$ref}`);
      }
    }
    return found;
  }

  /** @param who client or server */
  frames(who, text) {
    return [parsed(text)].flat().flatMap(frame => {
      const name = [frame.type, frame.kind, frame.deleted && 'deleted'].filter(Boolean).join('/');
      return this.#violations(`the ${who} says`, frame, this.#frames[who].get(name));
    });
  }

  exchange({ method, target, request, status, contentType, answer }) {
    const what = `${method} ${target} answered ${status} ${contentType}`;
    const { pathname, searchParams } = new URL(target, BASE);
    const [template] = this.#paths.find(([, pattern]) => pattern.test(pathname)) ?? [];
    const place = `/paths/${escaped(template ?? '')}/${method.toLowerCase()}`;
    const operation = this.#http.paths[template]?.[method.toLowerCase()];
    const isRefused = status >= 400;
    const documented = isRefused ? this.#http.components.responses.Problem : operation?.responses[status];
    if (documented === undefined) return [`${what}, which is not in the contract`];
    const found = [];
    if (documented.content === undefined) {
      if (answer !== '') found.push(`${what}, with a body: ${answer}`);
    } else if (documented.content[contentType] === undefined) {
      found.push(`${what}, which is not in the contract`);
    } else {
      const response = isRefused ? '/components/responses/Problem' : `${place}/responses/${status}`;
      found.push(...this.#violations(what, parsed(answer), `openapi.json#${response}/content/${escaped(contentType)}/schema`));
    }
    if (isRefused) return found;
    const names = (operation.parameters ?? []).map(({ name }) => name);
    for (const name of searchParams.keys()) if (!names.includes(name)) found.push(`${what}, and knows no ${name}`);
    const body = `openapi.json#${place}/requestBody/content/application~1json/schema`;
    if (request) found.push(...this.#violations(`the request of ${what}`, parsed(request), body));
    return found;
  }

  #violations(what, value, place) {
    const text = `${what} ${JSON.stringify(value).slice(0, TEXT_MAX)}`;
    if (place === undefined) return [`${text}, which is not in the contract`];
    const isValid = this.#ajv.getSchema(BASE + place);
    if (isValid(value)) return [];
    const errors = isValid.errors.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
    return [`${text}, which is against ${place}: ${errors.join('; ')}`];
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function at(document, ref) {
  return ref.slice(2).split('/').reduce((value, name) => value[name], document);
}

function escaped(name) {
  return encodeURIComponent(name.replace(/~/g, '~0').replace(/\//g, '~1'));
}
