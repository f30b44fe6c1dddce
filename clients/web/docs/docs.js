// Shows a contract (OpenAPI or AsyncAPI) for people: operations with what they take and answer, then the schemas.
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** An element with attributes and children; text stays text. */
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value != null) made.setAttribute(key, value);
  made.append(...children.flat(Infinity).filter(child => child != null && child !== ''));
  return made;
}

const nameOf = ref => ref.slice(ref.lastIndexOf('/') + 1);
const pageOf = ref => (ref.startsWith('openapi.json') ? '/docs/http' : '');

/** A schema in a line: its type, or a link to where it is described. */
function typeOf(schema) {
  if (schema.$ref) return el('a', { href: `${pageOf(schema.$ref)}#schema-${nameOf(schema.$ref)}` }, nameOf(schema.$ref));
  if ('const' in schema) return el('code', {}, JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value, i) => [i ? ' | ' : '', el('code', {}, JSON.stringify(value))]);
  const several = schema.oneOf ?? schema.anyOf;
  if (several && !schema.properties) return several.map((each, i) => [i ? ' or ' : '', typeOf(each)]);
  if (schema.type === 'array') return ['array of ', typeOf(schema.items ?? {}), bounds(schema.minItems, schema.maxItems, '')];
  if (schema.type === 'object' && schema.additionalProperties?.$ref) return ['object by ', typeOf(schema.propertyNames ?? { type: 'string' }), ' of ', typeOf(schema.additionalProperties)];
  const type = [schema.type ?? 'any'].flat().join(' or ');
  return [type, bounds(schema.minLength, schema.maxLength, ' characters'), bounds(schema.minimum, schema.maximum, ''),
    schema.pattern ? [' ', el('code', {}, schema.pattern)] : ''];
}

function bounds(least, most, what) {
  if (most === Number.MAX_SAFE_INTEGER) most = undefined;
  if (least == null && most == null) return '';
  if (most == null) return least ? ` ≥ ${least}${what}` : '';
  return ` ${least ?? 0}–${most}${what}`;
}

/** The fields of an object, those of its parts among them. */
function fields(schema, contract) {
  const properties = {}, required = new Set();
  for (const part of [schema, ...(schema.allOf ?? [])]) {
    const whole = part.$ref?.startsWith('#') ? contract.components.schemas[nameOf(part.$ref)] : part;
    Object.assign(properties, whole.properties);
    for (const name of whole.required ?? []) required.add(name);
  }
  const parts = (schema.allOf ?? []).filter(part => part.$ref && !part.$ref.startsWith('#'));
  if (!Object.keys(properties).length) return null;
  return el('div', { class: 'scroll' },
    parts.map(part => el('p', {}, 'With the fields of ', typeOf(part), ':')),
    el('table', {}, el('tbody', {}, Object.entries(properties).map(([name, field]) => el('tr', {},
      el('th', { scope: 'row' }, el('code', {}, name), required.has(name) ? '' : el('span', { class: 'optional' }, ' optional')),
      el('td', {}, typeOf(field), about(field.description, 'div'),
        field.type === 'object' && field.properties ? fields(field, contract) : ''))))));
}

/** What a schema says: its fields, or its type. */
const shape = (schema, contract) => (schema.$ref ? null : fields(schema, contract)) ?? el('p', {}, typeOf(schema));

/** Prose; what stands between backticks is code. */
const prose = text => text.split('`').map((part, i) => (i % 2 ? el('code', {}, part) : part));

const about = (text, name = 'p') => (text ? el(name, { class: 'about' }, prose(text)) : '');

function item(id, heading, ...content) {
  return { id, heading, node: el('section', { class: 'item', id }, el('h3', {}, heading), ...content) };
}

function schemas(contract) {
  return Object.entries(contract.components.schemas).map(([name, schema]) =>
    item(`schema-${name}`, name, about(schema.description), shape(schema, contract)));
}

function httpGroups(contract) {
  const groups = new Map();
  for (const [path, operations] of Object.entries(contract.paths)) {
    for (const method of METHODS.filter(each => operations[each])) {
      const operation = operations[method];
      const parameters = [...(operations.parameters ?? []), ...(operation.parameters ?? [])]
        .map(each => (each.$ref ? contract.components.parameters[nameOf(each.$ref)] : each));
      const body = operation.requestBody?.content['application/json']?.schema;
      const made = item(`operation-${operation.operationId}`, operation.summary,
        el('p', {}, el('span', { class: 'method' }, method.toUpperCase()), el('code', {}, path)),
        about(operation.description),
        parameters.length ? [el('h4', {}, 'Parameters'), el('table', {}, el('tbody', {}, parameters.map(each => el('tr', {},
          el('th', { scope: 'row' }, el('code', {}, each.name), el('span', { class: 'optional' }, ` ${each.in}`)),
          el('td', {}, typeOf(each.schema), about(each.description, 'div'))))))] : '',
        body ? [el('h4', {}, 'Body'), shape(body, contract)] : '',
        el('h4', {}, 'Answers'), el('table', {}, el('tbody', {}, Object.entries(operation.responses).map(([status, answer]) => {
          const said = answer.$ref ? contract.components.responses[nameOf(answer.$ref)] : answer;
          const schema = Object.values(said.content ?? {})[0]?.schema;
          return el('tr', {}, el('th', { scope: 'row' }, el('code', {}, status === 'default' ? '4xx, 5xx' : status)),
            el('td', {}, schema ? typeOf(schema) : '', about(said.description, 'div')));
        }))));
      const group = operation.tags?.[0] ?? 'Operations';
      groups.set(group, [...(groups.get(group) ?? []), made]);
    }
  }
  return groups;
}

function socketGroups(contract) {
  const message = ref => contract.components.messages[nameOf(ref.$ref)];
  const links = refs => refs.map((ref, i) => [i ? ', ' : '', typeOf(message(ref).payload)]);
  const groups = new Map();
  for (const [name, operation] of Object.entries(contract.operations)) {
    const isClients = operation.action === 'receive';
    const type = isClients ? `${message(operation.messages[0]).name}: ` : '';
    const made = item(`operation-${name}`, type + operation.summary,
      el('p', {}, isClients ? 'The client says: ' : 'The server says: ', links(operation.messages)),
      operation.reply ? el('p', {}, 'Answered by: ', links(operation.reply.messages)) : '');
    const group = isClients ? 'From the client' : 'From the server';
    groups.set(group, [...(groups.get(group) ?? []), made]);
  }
  return groups;
}

function show(contract) {
  const groups = contract.paths ? httpGroups(contract) : socketGroups(contract);
  groups.set('Schemas', schemas(contract));
  const main = document.querySelector('main'), nav = document.querySelector('nav');
  main.replaceChildren(el('h1', {}, contract.info.title), el('p', {}, prose(contract.info.description)));
  for (const [group, items] of groups) {
    nav.append(el('h2', {}, group), el('ul', {}, items.map(each => el('li', {}, el('a', { href: `#${each.id}` }, each.heading)))));
    main.append(el('h2', {}, group), ...items.map(each => each.node));
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

try {
  const answer = await fetch(document.body.dataset.contract);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  show(await answer.json());
} catch (error) {
  document.querySelector('main').replaceChildren(el('p', { role: 'alert' }, `The contract could not be loaded: ${error.message}`));
}
