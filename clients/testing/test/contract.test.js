// The documents that a node serves, by the schemas of those who made these formats; and that what is against them fails a test.

import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import { Validator } from '@seriousme/openapi-schema-validator';
import specs from '@asyncapi/specs';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Server } from '../server.js';

const pathOf = name => fileURLToPath(new URL(name, import.meta.url));

const server = await Server.start();
after(() => server.end());

const [http, socket] = await Promise.all(
  ['openapi.json', 'asyncapi.json'].map(async name => (await fetch(`${server.url}/v1/${name}`)).json()),
);

test('the contract of HTTP is OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(http));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
});

test('the contract of sockets is AsyncAPI 3', () => {
  assert.equal(socket.asyncapi, '3.0.0');
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false }); // that schema brings the one of schemas along
  assert.ok(ajv.validate(specs.schemas['3.0.0'], socket), ajv.errorsText());
  // What the schema cannot say: an operation has messages of its channel.
  for (const [name, { channel, messages, reply }] of Object.entries(socket.operations)) {
    const all = [...messages.map(each => [channel, each]), ...(reply?.messages ?? []).map(each => [reply.channel, each])];
    for (const [of, { $ref }] of all) assert.ok($ref.startsWith(`${of.$ref}/messages/`), `${name}: ${$ref} is not of ${of.$ref}`);
  }
});

test('each reference of theirs leads somewhere, and each schema is one', () => {
  const documents = { 'openapi.json': http, 'asyncapi.json': socket };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const [name, document] of Object.entries(documents)) ajv.addSchema(document, `https://parley.invalid/${name}`);
  for (const [name, document] of Object.entries(documents)) {
    JSON.stringify(document, (key, value) => {
      if (key !== '$ref') return value;
      const [file, pointer] = value.split('#');
      const found = pointer.slice(1).split('/').reduce((part, step) => part?.[step], documents[file || name]);
      assert.ok(found, `${name} refers to ${value}, which is not there`);
      return value;
    });
    for (const schema of Object.keys(document.components.schemas)) ajv.getSchema(`https://parley.invalid/${name}#/components/schemas/${schema}`);
  }
});

test('what is against a contract fails the test in which it was met, and no other', async () => {
  const { NODE_TEST_CONTEXT, ...env } = process.env; // it is no part of this run
  const args = ['--test', `--test-reporter=${pathOf('../reporter.js')}`, pathOf('broken/tests.js')];
  const said = await new Promise(resolve => execFile(process.execPath, args, { env: { ...env, NODE_URL: server.url } }, (error, stdout) => resolve(stdout)));
  const told = said.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line));
  const wanted = [
    ['what is as it should be', undefined],
    ['an answer that says more', /POST \/v1\/dev\/tokens answered 200 .*"additionalProperty":"unasked"/],
    ['a path that there is not', /GET \/v1\/nowhere answered 200 .* not in the contract/],
    ['a frame of a server that lacks something', /the server says .*"missingProperty":"watermark"/],
    ['a frame of a client that there is not', /the client says {"type":"shout"}, which is not in the contract/],
    ['one of many frames', /"additionalProperty":"unasked"/],
    ['what is as it should be again', undefined],
  ];
  assert.deepEqual(told.map(({ name }) => name), wanted.map(([name]) => name), said);
  told.forEach(({ name, failure }, i) => (wanted[i][1] === undefined ? assert.equal(failure, undefined, name) : assert.match(failure, wanted[i][1])));
});
