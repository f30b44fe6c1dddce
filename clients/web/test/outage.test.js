// What fails under a page, and what must not show then: a message lost, doubled, or out of order.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PHONE, Stage, until } from './stage.js';

const AWAY = 300;

let stage;

before(async () => (stage = await Stage.open()));
after(() => stage?.close());
afterEach(() => stage.checkQuiet());

function expectFailures(...people) {
  for (const person of people) person.expectsFailures = true;
}

test('a server that is stopped and started again under both costs nothing', async () => {
  const anna = await stage.person('anna');
  const ben = await stage.person('ben');
  const id = await stage.direct('anna', 'ben');
  await anna.go(id);
  await ben.go(id);
  await anna.write('before');
  await ben.sees('before');
  expectFailures(anna, ben);
  await stage.server.kill();
  const strip = anna.page.locator('.strip');
  await strip.getByText(/No connection|Reconnecting/).first().waitFor();
  await anna.write('meanwhile 1');
  await anna.write('meanwhile 2');
  await anna.mark('meanwhile 1', 'Waiting to be sent');
  await ben.write('meanwhile from ben');
  await stage.server.restart();
  await anna.page.getByRole('button', { name: 'Try now' }).click({ timeout: 3_000 }).catch(() => {}); // it may be quicker than that
  for (const person of [anna, ben]) for (const text of ['meanwhile 1', 'meanwhile 2', 'meanwhile from ben']) await person.sees(text);
  await strip.waitFor({ state: 'hidden' });
  await anna.mark('meanwhile 2', 'Read');
  const seen = await anna.messages();
  assert.equal(seen.length, 4, seen.join());
  await ben.seesExactly(seen);
  assert.ok(seen.indexOf('meanwhile 1') < seen.indexOf('meanwhile 2'));
});

test('a send that is under way when the page is loaded anew arrives once', async () => {
  const cleo = await stage.person('cleo');
  const id = await stage.direct('cleo', 'dave');
  await cleo.go(id);
  await cleo.write('first');
  await cleo.isSent('first');
  expectFailures(cleo);
  await stage.server.kill();
  await cleo.write('not yet sent');
  await cleo.mark('not yet sent', 'Waiting to be sent');
  await cleo.row('dave').getByText('You: not yet sent').waitFor();
  await until(() => cleo.page.evaluate(() => indexedDB.databases().then(all => all.length > 0)));
  await stage.server.restart();
  await cleo.page.reload();
  await cleo.isSent('not yet sent');
  await cleo.seesExactly(['first', 'not yet sent']);
  const { entries } = await stage.call('dave', 'GET', `/v1/conversations/${id}/messages`);
  assert.equal(entries.filter(entry => entry.body === 'not yet sent').length, 1);
});

test(`of ${AWAY} messages that come while one is offline none is lost, doubled or out of order`, async () => {
  const eva = await stage.person('eva');
  const id = await stage.direct('eva', 'finn');
  const finn = await stage.person('finn');
  await eva.go(id);
  await finn.go(id);
  await eva.write('I am in the tunnel now');
  await finn.sees('I am in the tunnel now');
  expectFailures(eva, finn);
  await eva.context.setOffline(true);
  stage.cut();
  await eva.page.getByText('You are offline.').last().waitFor();
  await eva.write('written in the tunnel');
  await eva.mark('written in the tunnel', 'Waiting to be sent');
  for (let i = 1; i <= AWAY; i++) await stage.say('finn', id, `finn ${i}`);
  stage.mend();
  await eva.context.setOffline(false);
  await eva.isSent('written in the tunnel');
  const wanted = ['I am in the tunnel now', ...Array.from({ length: AWAY }, (_, i) => `finn ${i + 1}`), 'written in the tunnel'];
  // More than the window of rows: read it page by page, from the end.
  const seen = new Map();
  const scroller = eva.page.getByRole('region', { name: 'Messages' });
  await eva.page.keyboard.press('Alt+m');
  await eva.page.keyboard.press('End');
  await until(async () => {
    const rows = await eva.page.locator('.message').evaluateAll(all => all.map(row => [Number(row.dataset.sequence), row.querySelector('.body').textContent]));
    assert.deepEqual(rows.map(([sequence]) => sequence), rows.map(([sequence]) => sequence).toSorted((a, b) => a - b));
    rows.forEach(([sequence, text]) => seen.set(sequence, text));
    await scroller.evaluate(element => (element.scrollTop -= 2000));
    return seen.size >= wanted.length;
  });
  assert.deepEqual([...seen].sort(([a], [b]) => a - b).map(([, text]) => text), wanted);
  await finn.sees('written in the tunnel');
});

test('what was read while one was away shows as read when one is back', async () => {
  const jan = await stage.person('jan', { viewport: PHONE });
  const id = await stage.direct('jan', 'kim');
  await jan.go(id);
  await jan.write('do you read me?');
  await jan.isSent('do you read me?');
  expectFailures(jan);
  await jan.context.setOffline(true);
  stage.cut();
  await jan.page.getByText('You are offline.').last().waitFor();
  const { entries } = await stage.call('kim', 'GET', `/v1/conversations/${id}/messages`);
  await stage.call('kim', 'POST', '/v1/receipts', { messageId: entries[0].messageId, receiptType: 'read', deviceId: 'kims' });
  stage.mend();
  await jan.context.setOffline(false);
  await jan.mark('do you read me?', 'Read');
});

test('what the server refuses says so, and can be discarded', async () => {
  const gus = await stage.person('gus');
  const id = await stage.group('hana', 'Choir', 'gus');
  await gus.go(id);
  await gus.write('one');
  await gus.isSent('one');
  expectFailures(gus);
  stage.cut();
  await gus.write('too late');
  await gus.mark('too late', 'Waiting to be sent');
  await stage.call('hana', 'DELETE', `/v1/conversations/${id}/members/gus`);
  stage.mend();
  await gus.mark('too late', 'Not sent');
  await gus.seesEvent('hana removed you');
  await gus.message('too late').getByRole('button', { name: 'Discard' }).click();
  await gus.seesExactly(['one']);
  assert.equal(await gus.field.isDisabled(), true);
});

test('who signs out a device elsewhere is asked to sign in there', async () => {
  const ida = await stage.person('ida');
  const phone = await stage.person('ida', { viewport: { width: 360, height: 740 } });
  await until(async () => (await stage.call('ida', 'GET', '/v1/devices')).devices.length === 2);
  await ida.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await ida.page.locator('.devices').getByRole('button', { name: /^Sign out/ }).click();
  await ida.page.getByRole('dialog', { name: 'Sign the device out' }).getByRole('button', { name: 'Sign out' }).click();
  await phone.page.getByText('You were signed out').waitFor();
});
