// Groups of every size: who is in them and who is not, who is mentioned, and what comes of those that are large.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PHONE, Stage, until } from './stage.js';

/** With more members a group is a channel here. */
const SMALL_MAX = 4;

let stage;

before(async () => (stage = await Stage.open({ 'fanout.inlineMembersMax': 2, 'fanout.workerMembersMax': SMALL_MAX })));
after(() => stage?.close());
afterEach(() => stage.checkQuiet());

/** The details of the group that is open. */
async function detailsOf(person) {
  await person.page.getByRole('button', { name: 'Details' }).click();
  return person.page.getByRole('dialog', { name: 'Group', exact: true });
}

const names = dialog => dialog.locator('.members:visible .member-name').allTextContents();

test('a channel that is not open says how much is new and whether one is mentioned, and shows it when it is opened', async () => {
  const id = await stage.group('ann', 'Town', 'bob', 'cyd', 'dan', 'eve');
  const other = await stage.direct('cyd', 'bob');
  const bob = await stage.person('bob');
  await bob.go(other);
  await bob.row('Town').waitFor();
  const badge = text => bob.row('Town').locator('.badge').filter({ hasText: text });
  for (let i = 1; i <= 3; i++) await stage.say('ann', id, `line ${i}`);
  await badge(/^3 new$/).waitFor();
  await bob.row('Town').getByText('3 new messages').waitFor();
  await stage.say('ann', id, 'bob, look', { mentions: [{ userId: 'bob', from: 0, length: 3 }] });
  await badge('@').waitFor();
  await badge(/^4 new$/).waitFor();
  assert.deepEqual((await bob.titles())[0], 'Town', 'news brings it up');
  await bob.row('Town').click();
  await bob.seesExactly(['line 1', 'line 2', 'line 3', 'bob, look']);
  await bob.seesStatus('Channel, 5 members');
  await bob.row('Town').locator('.badge').first().waitFor({ state: 'detached' });
  await stage.say('ann', id, 'live');
  await bob.sees('live');
  await bob.write('heard you');
  await bob.isSent('heard you');
  await bob.seesExactly(['line 1', 'line 2', 'line 3', 'bob, look', 'live', 'heard you']);
});

test('one is offered names behind an @, by keyboard alone, and who is mentioned sees it', async () => {
  const id = await stage.group('fay', 'Team', 'gil', 'gina');
  const fay = await stage.person('fay');
  await fay.go(id);
  await fay.seesStatus('3 members');
  const offered = fay.page.getByRole('listbox', { name: 'People to mention' });
  await fay.field.pressSequentially('hello @g');
  await offered.getByRole('option').nth(1).waitFor();
  assert.deepEqual(await offered.locator('bdi').allTextContents(), ['gil', 'gina']);
  await fay.field.press('ArrowDown');
  await fay.field.press('Enter');
  assert.equal(await fay.field.inputValue(), 'hello @gina ');
  await offered.waitFor({ state: 'hidden' });
  await fay.field.pressSequentially('and @gil. Mail me@gil');
  await fay.field.press('Enter');
  await fay.sees('hello @gina and @gil.');
  const { entries } = await stage.call('gina', 'GET', `/v1/conversations/${id}/messages`);
  assert.deepEqual(entries.find(entry => entry.kind === 'message').mentions, [{ userId: 'gina', from: 6, length: 5 }, { userId: 'gil', from: 16, length: 4 }]);
  const gina = await stage.person('gina');
  await gina.go(id);
  await gina.sees('hello @gina and @gil.');
  assert.deepEqual(await gina.page.locator('.mention').allTextContents(), ['@gina', '@gil']);
  assert.deepEqual(await gina.page.locator('.to-me').allTextContents(), ['@gina']);
});

test('who writes again as soon as a dialog is gone goes on writing, and is offered names', async () => {
  const id = await stage.group('sia', 'Haste', 'tom', 'uma');
  const sia = await stage.person('sia');
  await sia.go(id);
  await sia.seesStatus('3 members');
  await detailsOf(sia);
  await sia.page.evaluate(() => {
    document.querySelector('dialog').close();
    document.querySelector('.composer textarea').focus();
  });
  await sia.page.locator('dialog').waitFor({ state: 'detached' }); // the page was told
  await sia.page.keyboard.type('@t');
  await sia.page.getByRole('option', { name: 'tom' }).waitFor();
  assert.equal(await sia.field.inputValue(), '@t');
  await sia.page.keyboard.press('Home');
  await sia.page.getByRole('option').waitFor({ state: 'detached' });
  await sia.page.keyboard.press('Escape');
  const details = await detailsOf(sia);
  await sia.page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  assert.equal(await sia.page.evaluate(() => document.activeElement.title), 'Details', 'the focus is where it was');
});

test('on a phone a name is taken by touch, also before the members are loaded, and the field keeps the focus', async () => {
  const id = await stage.group('vic', 'Trip', 'wim', 'xan');
  const vic = await stage.person('vic', { viewport: PHONE, hasTouch: true });
  await vic.page.route(/\/members\?limit=200/, () => {}); // never answered
  await vic.go(id);
  await vic.page.getByRole('heading', { name: 'Trip' }).waitFor();
  await vic.field.tap();
  await vic.page.keyboard.type('hello @');
  await vic.page.getByRole('option', { name: 'xan' }).tap();
  await vic.page.keyboard.type('!');
  assert.equal(await vic.field.inputValue(), 'hello @xan !');
  await vic.page.getByRole('button', { name: 'Send' }).tap();
  await vic.sees('hello @xan !');
  assert.deepEqual(await vic.page.locator('.mention').allTextContents(), ['@xan']);
});

test('slow mode counts down until one can write again, and until what was written is sent: when it is switched off, at once', async () => {
  const id = await stage.group('yan', 'Slow', 'zed');
  await stage.call('yan', 'PATCH', `/v1/conversations/${id}`, { slowModeMillis: 3_600_000 });
  const zed = await stage.person('zed');
  await zed.go(id);
  const timer = zed.page.getByRole('timer');
  await zed.write('first');
  await zed.isSent('first');
  await timer.filter({ hasText: /^Slow mode: you can write again in (1:00:00|59:\d\d)$/ }).waitFor();
  await zed.write('second');
  await timer.filter({ hasText: /^Slow mode: your message is sent in (1:00:00|59:\d\d)$/ }).waitFor();
  await zed.message('second').getByTitle('Waits for the slow mode').waitFor();
  await stage.call('yan', 'PATCH', `/v1/conversations/${id}`, { slowModeMillis: 0 });
  await zed.isSent('second');
  await timer.waitFor({ state: 'hidden' });
});

test('who opens the link of an invitation joins, and whose link is revoked does not', async () => {
  const id = await stage.group('hal', 'Choir', 'ina');
  const hal = await stage.person('hal', { permissions: ['clipboard-read', 'clipboard-write'] });
  await hal.go(id);
  const details = await detailsOf(hal);
  await details.getByText('Invitation links').click();
  await details.getByRole('textbox', { name: 'How many may join' }).fill('2');
  await details.getByRole('button', { name: 'Create link' }).click();
  await details.getByRole('button', { name: 'Copy link' }).click();
  await hal.page.getByText('The link was copied.').waitFor();
  const link = await details.getByRole('textbox', { name: 'Link', exact: true }).inputValue();
  assert.equal(await hal.page.evaluate(() => navigator.clipboard.readText()), link);

  const jo = await stage.visitor({ query: new URL(link).hash });
  await jo.page.getByRole('textbox', { name: 'Your name' }).fill('jo');
  await jo.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await jo.page.getByRole('heading', { name: 'You are invited' }).waitFor();
  await jo.page.getByText('2 members').waitFor();
  await jo.page.getByRole('button', { name: 'Join' }).click();
  await jo.page.getByRole('heading', { name: 'Choir' }).waitFor();
  await jo.seesEvent('You joined by an invitation');
  await hal.seesEvent('jo joined by an invitation');
  await jo.write('here I am');
  await hal.sees('here I am');

  await hal.page.keyboard.press('Escape');
  const again = await detailsOf(hal);
  await again.getByText('Invitation links').click();
  await again.getByText('1 of 2 joined').waitFor();
  await again.getByRole('button', { name: 'Revoke' }).click();
  await hal.page.getByRole('dialog', { name: 'Revoke the link' }).getByRole('button', { name: 'Revoke' }).click();
  await again.getByText('There are none.').waitFor();
  const kai = await stage.person('kai');
  kai.expectsFailures = true; // the browser notes the 404
  await kai.page.evaluate(hash => (location.hash = hash), new URL(link).hash);
  await kai.page.getByRole('heading', { name: 'No such invitation' }).waitFor();
});

test('members are searched in a group of hundreds, banned, and let in again', async () => {
  const id = await stage.group('lea', 'Crowd', ...Array.from({ length: 300 }, (_, i) => `guest-${i}`), 'zoe');
  const lea = await stage.person('lea');
  await lea.go(id);
  await lea.seesStatus('200+ members');
  const details = await detailsOf(lea);
  await details.getByRole('button', { name: 'Show more' }).waitFor();
  await details.getByRole('searchbox', { name: 'Search members' }).fill('zo');
  await until(async () => JSON.stringify(await names(details)) === '["zoe"]', async () => JSON.stringify(await names(details)));
  await details.getByRole('button', { name: 'Ban zoe' }).click();
  await lea.page.getByRole('dialog', { name: 'Ban member' }).getByRole('button', { name: 'Ban', exact: true }).click();
  await details.getByText('Nobody is found.').waitFor();
  await details.getByText('Banned people').click();
  await details.getByRole('button', { name: 'Lift the ban of zoe' }).click();
  await details.getByText('Nobody is banned.').waitFor();
  await lea.page.keyboard.press('Escape');
  await lea.seesEvent('You banned zoe');
  await lea.seesEvent('You lifted the ban of zoe');
  await lea.write('to many');
  await lea.isSent('to many');
  await lea.message('to many').locator('.bubble').hover();
  await lea.message('to many').getByRole('button', { name: 'Who has read it' }).click();
  await lea.page.getByRole('dialog', { name: 'Who has read it' }).getByText('Read by 0 of 300.').waitFor();
});

test('a conversation that is muted shows it, and mentions may disturb all the same', async () => {
  const id = await stage.group('max', 'Noise', 'nia');
  const nia = await stage.person('nia');
  await nia.go(id);
  const details = await detailsOf(nia);
  await details.getByRole('switch', { name: 'Mute' }).check();
  await details.getByRole('switch', { name: 'Except mentions' }).check();
  await details.getByRole('combobox', { name: 'For how long' }).selectOption({ label: 'For an hour' });
  await details.getByText(/^Until today/).waitFor();
  await nia.row('Noise').locator('.icon-muted').waitFor();
  const kept = async () => (await stage.call('nia', 'GET', `/v1/conversations/${id}`)).mute;
  const { until: end, exceptMentions } = await kept();
  assert.deepEqual([exceptMentions, end > Date.now() + 3_000_000 && end < Date.now() + 4_200_000], [true, true]);
  await details.getByRole('switch', { name: 'Mute' }).uncheck();
  await nia.row('Noise').locator('.icon-muted').waitFor({ state: 'detached' });
  assert.equal(await kept(), undefined);
});

test('where only admins write, members cannot, and see why', async () => {
  const id = await stage.group('ola', 'News', 'pam');
  const pam = await stage.person('pam');
  await pam.go(id);
  const ola = await stage.person('ola');
  await ola.go(id);
  const details = await detailsOf(ola);
  await details.getByText('Writing', { exact: true }).click();
  await details.getByRole('combobox', { name: 'Who writes' }).selectOption('admins');
  await pam.seesEvent('ola let only admins write');
  await pam.page.getByPlaceholder('Only admins write here').waitFor();
  assert.equal(await pam.field.isDisabled(), true);
  await details.getByRole('combobox', { name: /^Slow mode/ }).selectOption({ label: '10 seconds' });
  await pam.seesEvent('ola set slow mode to 10 seconds');
});

test('who is blocked shows in the settings, and is let go there', async () => {
  const id = await stage.direct('quin', 'rex');
  const quin = await stage.person('quin');
  await quin.go(id);
  await quin.page.getByRole('button', { name: 'Details' }).click();
  await quin.page.getByRole('button', { name: 'Block rex' }).click();
  await quin.page.getByRole('dialog', { name: 'Block rex' }).getByRole('button', { name: 'Block', exact: true }).click();
  await quin.page.getByRole('button', { name: 'Unblock rex' }).waitFor();
  await quin.page.keyboard.press('Escape');
  await quin.page.getByRole('button', { name: 'Settings', exact: true }).click();
  const settings = quin.page.getByRole('dialog', { name: 'Settings' });
  await settings.getByText('Blocked people').click();
  await settings.getByRole('button', { name: 'Unblock rex' }).click();
  await settings.getByText('You block nobody.').waitFor();
  assert.deepEqual((await stage.call('quin', 'GET', '/v1/blocks')).userIds, []);
});
