// The operators' page in a browser, against a node of this build.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { findings } from '../../testing/browser.js';
import { until } from '../../testing/until.js';
import { Stage } from './stage.js';

const SHARDS = Array.from({ length: 128 }, (_, shard) => shard);
const WAIT_MILLIS = 15_000;

/** For pictures the plots want to be full. */
const TALK_MILLIS = process.env.PICTURES ? 300_000 : 0;

let stage;
let page;
let talk;

before(async () => {
  stage = await Stage.open();
  const people = ['alice', 'bob', 'carol', ...Array.from({ length: process.env.PICTURES ? 27 : 0 }, (_, i) => `user${i}`)];
  talk = await stage.talk(people, process.env.PICTURES ? 40 : 30);
  page = await stage.operator();
});
after(() => stage?.close());
afterEach(() => stage.checkQuiet());

const row = name => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
const plot = title => page.getByRole('region', { name: title });
const figure = async title => Number((await plot(title).locator('.plot-now').textContent()).replace(/[,–]/g, ''));
const see = (what, isSo) => until(what, isSo, WAIT_MILLIS);

async function enter(credential) {
  await page.getByLabel('Credential').fill(credential);
  await page.getByRole('button', { name: 'Open' }).click();
}

test('a wrong credential is refused, and the right one is not kept longer than the tab', async () => {
  assert.deepEqual(await findings(page), []);
  stage.expectsFailures = true;
  await enter(stage.credential.slice(1) + 'x');
  await page.getByText('The node does not accept this credential.').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  stage.expectsFailures = false;
  await enter(stage.credential);
  await row('n1').getByText('ready', { exact: true }).waitFor();
  assert.deepEqual(await page.evaluate(credential => [Object.values(sessionStorage).includes(credential), Object.values(localStorage).includes(credential), location.href.includes(credential), document.documentElement.outerHTML.includes(credential)], stage.credential), [true, false, false, false]);
});

test('figures move while people talk', async () => {
  for (const title of ['Sends a second', 'Acks a second', 'Deliveries a second', 'Connections']) await see(title, async () => (await figure(title)) > 0);
  // Three of a group: each message goes to two others.
  await see('more deliveries than sends', async () => (await figure('Deliveries a second')) > 1.5 * (await figure('Sends a second')));
  const path = plot('Sends a second').locator('.plot-line');
  const before = await path.getAttribute('d');
  await see('the plot goes on', async () => (await path.getAttribute('d')) !== before);
  assert.match(await plot('Sends a second').getByRole('img').getAttribute('aria-label'), /^Sends a second: [\d.,]+ now, [\d.,]+ to [\d.,]+ in five minutes$/);
  await page.getByText('The node answers, and every shard has one owner.').waitFor();
  await page.getByText('n1: 128 shards: 0–127').waitFor();
  assert.equal(await page.locator('.shard').filter({ hasText: 'A' }).count(), 128);
});

test('nothing keeps anybody out, in both themes, on a desk and on a phone', async () => {
  await new Promise(resolve => setTimeout(resolve, TALK_MILLIS));
  for (const [name, width, colorScheme] of [['phone-dark', 400, 'dark'], ['desk-dark', 1280, 'dark'], ['desk-light', 1280, 'light']]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, name);
    await stage.keep(page, name);
    if (name !== 'desk-dark') assert.deepEqual(await findings(page), [], name);
  }
});

test('gateways are scaled while people talk, by keyboard alone', async () => {
  await page.getByRole('button', { name: 'Scale n1' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Scale n1' });
  const apply = dialog.getByRole('button', { name: 'Apply to gateway' });
  assert.equal(await apply.isDisabled(), true);
  await dialog.getByRole('spinbutton', { name: 'gateway' }).focus();
  await page.keyboard.press('ArrowUp');
  assert.deepEqual(await findings(page), []);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Scale gateway of n1' }).getByText('From 1 instance to 2?').waitFor();
  await page.keyboard.press('Enter');
  await dialog.getByText('n1 has 2 instances of gateway now; before: 1.').waitFor();
  await page.keyboard.press('Escape');
  await row('n1').getByText(/^gateway\s*2$/).waitFor();
  await page.getByRole('log').getByText('n1 has 2 instances of gateway now').waitFor();
});

test('where a message was for the devices of a user is shown', async () => {
  const messageId = await talk.evaluate(() => acknowledged.at(-1));
  await page.getByLabel('Message', { exact: true }).fill(messageId);
  await page.getByLabel('User', { exact: true }).fill('bob');
  await page.getByRole('button', { name: 'Where was it?' }).click();
  const stages = page.getByRole('table', { name: `${messageId} for bob` });
  for (const stageName of ['sequenced', 'stored', 'member', 'routed']) await stages.getByRole('row', { name: new RegExp(`^${stageName} yes`) }).waitFor();
  await page.getByRole('table', { name: /^watched, connected to n1/ }).getByRole('row', { name: /^written yes/ }).waitFor();
  stage.expectsFailures = true;
  await page.getByLabel('User', { exact: true }).fill('no user');
  await page.getByRole('button', { name: 'Where was it?' }).click();
  await page.getByRole('alert').filter({ hasText: 'Why wants' }).waitFor();
  stage.expectsFailures = false;
});

test('a node that is silent, shards that nobody or several have, and names that are markup are shown as text', async () => {
  const markup = '<img src=x onerror=alert(1)>';
  await page.route('**/admin/status', async route => {
    const status = await (await route.fetch()).json();
    const [n1] = status.nodes;
    n1.shards = SHARDS.slice(3);
    await route.fulfill({ json: { ...status, nodes: [n1, { ...n1, name: 'n2', shards: [9], draining: true, version: markup }, { name: markup, answers: false }] } });
  });
  const notices = page.getByRole('list', { name: 'To look at' });
  for (const text of [`${markup} does not answer.`, 'n2 is draining.', `Shards 0–2 have no owner, unless ${markup} has them.`, 'Shard 9 has several owners: n1 and n2.', `Nodes of several versions: ${[(await row('n1').locator('.hint').first().textContent()), markup].sort().join(' and ')}.`])
    await notices.getByText(text, { exact: true }).waitFor();
  assert.deepEqual(await page.locator('.shard').evaluateAll(cells => cells.filter((_, i) => [0, 3, 9].includes(i)).map(cell => [cell.textContent, cell.title])), [['0–', 'no owner'], ['3A', 'n1'], ['9!', 'n1 and n2']]);
  assert.equal(await page.locator('img, main script').count(), 0);
  assert.deepEqual(await findings(page), []);
  await page.unroute('**/admin/status');
  await notices.getByText('n2 is no longer in the cluster.').waitFor();
});

test('a port that does not answer is said to, with the age of the figures, until it does again', async () => {
  stage.expectsFailures = true;
  await page.route('**/admin/status', route => route.abort());
  await page.getByRole('alert').filter({ hasText: 'The operators’ port does not answer.' }).waitFor();
  await page.getByText(/Figures of [\d:]+, \d+ s old\./).waitFor();
  await page.unroute('**/admin/status');
  await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor({ state: 'hidden' });
  stage.expectsFailures = false;
});

test('a node is drained once its name was typed', async () => {
  stage.expectsFailures = true;
  await page.getByRole('button', { name: 'Drain n1' }).click();
  const dialog = page.getByRole('dialog', { name: 'Drain n1' });
  const drain = dialog.getByRole('button', { name: 'Drain' });
  await dialog.getByLabel('Name of the node').fill('n2');
  await drain.click();
  await dialog.getByText('That is not n1.').waitFor();
  await dialog.getByLabel('Name of the node').fill('n1');
  await drain.click();
  await dialog.getByRole('alert').filter({ hasText: 'n1 is the last' }).waitFor();
  await dialog.getByLabel('Even if it is the last').check();
  await drain.click();
  await page.getByRole('log').getByText('n1 drains').waitFor();
  assert.equal(await stage.server.ended(), 0);
  await page.getByRole('alert').filter({ hasText: 'The operators’ port does not answer.' }).waitFor();
  assert.deepEqual(await talk.evaluate(() => refused.filter(({ retryable }) => !retryable)), []);
});

test('who forgets the credential is asked for it again', async () => {
  await page.getByRole('button', { name: 'Forget credential' }).click();
  await page.getByLabel('Credential').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});
