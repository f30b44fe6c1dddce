/** Builds elements. Text only ever becomes text: nothing in this client parses markup. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element. Of the properties, functions are listeners (`onclick`), booleans set or leave out an attribute, `null` leaves out too, and
 * everything else is an attribute. Children are elements, text, or nothing; lists of these count as their parts.
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  element.append(...parts(children));
  return element;
}

/** Puts these children in place of those that are there. */
export function fill(element, ...children) {
  element.replaceChildren(...parts(children));
}

function parts(children) {
  return children.flat(2).filter(child => child !== null && child !== undefined && child !== false && child !== '');
}

/** Sets, or takes away what is null, undefined or false. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : value);
}

/** Changes the text only where it is another one, so that nothing is announced or selected anew. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** An icon of a 24 by 24 grid, which says nothing to screen readers: what it stands for is said beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** A button that shows an icon and says its label. */
export function iconButton(name, label, onclick, properties = {}) {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...properties }, icon(name));
}

/** What stands where there is nothing to see. */
export function emptyPlace(title, text) {
  return h('div', { class: 'nothing' }, h('div', { class: 'nothing-picture' }, icon('people')), h('h1', {}, title), h('p', {}, text));
}

/** What only screen readers get. */
export function unseen(text) {
  return h('span', { class: 'unseen' }, text);
}

/** Puts the nodes into the parent, in order, moving as little as possible; what else is there goes. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

const ICONS = {
  add: ['M12 5v14', 'M5 12h14'],
  back: ['M15 5l-7 7 7 7'],
  bell: ['M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15z', 'M10 20.5a2.2 2.2 0 0 0 4 0'],
  ban: ['M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M6.500 6.500l11 11'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  clock: ['M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M12 8v4.5l3 1.8'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  compose: ['M4 20h4L19.5 8.5a2.1 2.1 0 0 0-3-3L5 17z', 'M14.5 7.5l3 3'],
  copy: ['M9 9h10v11H9z', 'M15 9V5H5v11h4'],
  delete: ['M5 7h14', 'M10 7V4.5h4V7', 'M7 7l.8 12.5h8.4L17 7', 'M10.3 11v5', 'M13.7 11v5'],
  device: ['M4 5.5h16v10.5H4z', 'M9 20h6', 'M12 16v4'],
  double: ['M2.5 12.5l4.2 4.2L15 8.5', 'M11.5 15.6l1.1 1.1L21 8.5'],
  down: ['M12 5v13', 'M6.5 12.5L12 18l5.5-5.5'],
  edit: ['M5 19h3.5L19 8.5a2.1 2.1 0 0 0-3-3L5.5 16z'],
  file: ['M7 3.500h7l4 4V20.500H7z', 'M14 3.500v4h4'],
  failed: ['M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M12 8v5', 'M12 15.8v.2'],
  group: ['M9 5.5a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4z', 'M3 19c.4-3.4 2.7-5 6-5s5.6 1.6 6 5', 'M15.5 5.900a3 3 0 0 1 0 5.7', 'M17.5 14.500c2 .6 3.2 2.1 3.5 4.5'],
  key: ['M8.5 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8z', 'M11.5 12.500L19 5', 'M16 8l2.5 2.5'],
  leave: ['M10 5H5v14h5', 'M14 8l4 4-4 4', 'M9 12h9'],
  more: ['M5.5 12h.01', 'M12 12h.01', 'M18.5 12h.01'],
  muted: ['M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15z', 'M4 4l16 16'],
  people: ['M12 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z', 'M5 20c.4-4 3-6 7-6s6.6 2 7 6'],
  reply: ['M9.5 6L4 11.5 9.5 17', 'M4.5 11.500H14c3.5 0 5.5 2 5.5 6'],
  search: ['M10.5 4.500a6 6 0 1 0 0 12 6 6 0 0 0 0-12z', 'M15 15l5 5'],
  send: ['M4.5 4.500L20 12 4.5 19.500l2-7.500z', 'M6.5 12H13'],
  settings: ['M4 7h9', 'M17 7h3', 'M15 5v4', 'M4 12h3', 'M11 12h9', 'M9 10v4', 'M4 17h9', 'M17 17h3', 'M15 15v4'],
};
