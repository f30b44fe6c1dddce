// How it looks to eyes and to screen readers, in both themes, on a desk and on a phone.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findings } from '../../testing/browser.js';
import { ARTIFACTS, DESKTOP, PHONE, Stage } from './stage.js';

/** Kept with the sources, for the README, when `npm run pictures` asks for it. */
const KEPT = ['conversation-desk-light', 'group-desk-dark', 'list-phone-light', 'conversation-phone-dark'];
const PICTURES = fileURLToPath(new URL('../pictures/', import.meta.url));

let stage;
let theo;
let concert;

/** Has the conversation with maya open all the time. */
let guest;

before(async () => {
  stage = await Stage.open();
  if (process.env.PICTURES) await mkdir(PICTURES, { recursive: true });
  ({ theo, concert } = await demo());
  guest = await stage.person('theo');
  await guest.go(theo);
});
after(() => stage?.close());
afterEach(() => stage.checkQuiet());

/** People who have something to say to each other. */
async function demo() {
  const hall = await stage.direct('maya', 'theo');
  await stage.say('theo', hall, 'Morning! Did the venue get back to you?');
  await stage.say('maya', hall, 'They did. The hall is ours on the 14th, from noon.');
  await stage.say('theo', hall, 'Then I can book the trio. Shall I send them the plan of the hall?');
  await stage.say('maya', hall, 'Yes please: https://files.example.org/hall/plan-2.pdf (the first one is out of date)');
  const piano = await stage.say('theo', hall, 'One more thing: they ask whether there is a grand piano, or whether they have to bring their own. They would need help with the stairs in that case.');
  await stage.say('maya', hall, 'There is one. Tuned last week, even.', { replyTo: piano.sequence });
  await stage.say('theo', hall, 'You think of everything');
  const group = await stage.group('maya', 'Summer concert', 'theo', 'aiko', 'jonas', 'ines.mora');
  await stage.say('maya', group, 'Welcome everybody! Let us collect here what is still open.');
  await stage.say('theo', group, 'Lights and chairs are settled. What is missing is someone for the door.');
  await stage.say('jonas', group, 'I can do the door until eight');
  const train = await stage.say('jonas', group, 'After that somebody else would have to take over, I have a train');
  await stage.say('aiko', group, 'I take over at eight', { replyTo: train.sequence });
  await stage.say('ines.mora', group, 'The programme is printed by Friday');
  for (const [from, text] of [['aiko', 'Are we still on for Thursday?'], ['samuel', 'Thank you for the book!'], ['nour', 'The keys are with the neighbours'], ['pavel', 'Sent you the second draft, with the numbers fixed']]) {
    await stage.say(from, await stage.direct(from, 'maya'), text);
  }
  return { theo: hall, concert: group };
}

async function keep(page, name) {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${ARTIFACTS}${name}.png`, animations: 'disabled', caret: 'hide' });
  if (process.env.PICTURES && KEPT.includes(name)) await page.screenshot({ path: `${PICTURES}${name}.png`, animations: 'disabled', caret: 'hide' });
}

for (const theme of ['light', 'dark']) {
  for (const [size, viewport] of [['desk', DESKTOP], ['phone', PHONE]]) {
    test(`nothing keeps anybody out: ${theme}, ${viewport.width} pixels`, async () => {
      const visitor = await stage.visitor({ viewport, theme });
      await visitor.page.getByRole('textbox', { name: 'Your name' }).waitFor();
      assert.deepEqual(await findings(visitor.page), [], 'the sign-in');
      await visitor.context.close();

      const maya = await stage.person('maya', { viewport, theme });
      await maya.row('Summer concert').waitFor();
      await maya.row('samuel').waitFor();
      if (size === 'phone') {
        assert.deepEqual(await findings(maya.page), [], 'the list');
        await keep(maya.page, `list-${size}-${theme}`);
      }

      await maya.go(concert);
      await maya.sees('The programme is printed');
      await maya.seesStatus('5 members');
      assert.deepEqual(await findings(maya.page), [], 'the group');
      await keep(maya.page, `group-${size}-${theme}`);

      await maya.page.getByRole('button', { name: 'Details' }).click();
      await maya.page.getByRole('dialog', { name: 'Group', exact: true }).getByText('5 members').waitFor();
      for (const title of ['Writing', 'Invitation links', 'Banned people']) await maya.page.getByText(title, { exact: true }).click();
      await maya.page.getByText('Nobody is banned.').waitFor();
      await maya.page.getByRole('switch', { name: 'Mute' }).check();
      assert.deepEqual(await findings(maya.page), [], 'the details');
      await maya.page.getByRole('switch', { name: 'Mute' }).uncheck();
      await keep(maya.page, `details-${size}-${theme}`);
      await maya.page.keyboard.press('Escape');
      await maya.field.fill('@');
      await maya.page.getByRole('option', { name: 'aiko' }).waitFor();
      assert.deepEqual(await findings(maya.page), [], 'names to mention');
      await keep(maya.page, `mention-${size}-${theme}`);
      await maya.field.fill('');

      await maya.go(theo);
      await maya.sees('You think of everything');
      await guest.types(maya);
      assert.deepEqual(await findings(maya.page), [], 'the conversation');
      await keep(maya.page, `conversation-${size}-${theme}`);

      await maya.page.evaluate(() => (location.hash = '#/'));
      await maya.page.getByRole('button', { name: 'Settings', exact: true }).click();
      await maya.page.getByText('This tab').waitFor();
      assert.deepEqual(await findings(maya.page), [], 'the settings');
      await keep(maya.page, `settings-${size}-${theme}`);
      await maya.page.keyboard.press('Escape');
      await maya.page.getByRole('button', { name: 'New conversation' }).click();
      await maya.page.getByRole('tab', { name: 'Group' }).click();
      assert.deepEqual(await findings(maya.page), [], 'the beginning of a group');

      const isTooWide = await maya.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(isTooWide, false);
      await maya.context.close();
    });
  }
}

test('on a phone one goes from the list to a conversation and back', async () => {
  const maya = await stage.person('maya', { viewport: PHONE });
  const list = maya.page.getByRole('navigation', { name: 'Conversations' });
  await maya.row('Summer concert').click();
  await list.waitFor({ state: 'hidden' });
  await maya.sees('The programme is printed');
  await maya.page.getByRole('link', { name: 'Back to the conversations' }).click();
  await list.waitFor();
  await maya.page.getByRole('heading', { name: 'Summer concert' }).waitFor({ state: 'detached' });
  await maya.page.goBack();
  await maya.sees('The programme is printed');
});

test('who wants less motion sees none', async () => {
  const maya = await stage.person('maya', { reducedMotion: 'reduce' });
  await maya.go(theo);
  await maya.sees('You think of everything');
  const longest = await maya.page.evaluate(() => Math.max(...document.getAnimations().map(each => each.effect.getComputedTiming().duration), 0));
  assert.ok(longest <= 1, `${longest} ms`);
});
