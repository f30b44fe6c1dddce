// Two people and more, who talk.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Stage, until } from './stage.js';

let stage;

before(async () => (stage = await Stage.open()));
after(() => stage?.close());
afterEach(() => stage.checkQuiet());

test('two people find each other and talk both ways', async () => {
  const anna = await stage.person('anna');
  const ben = await stage.person('ben');
  await anna.page.getByText('No conversations yet').waitFor();
  await anna.page.getByRole('searchbox').fill('ben');
  await anna.page.getByRole('button', { name: 'Write to ben' }).click();
  await anna.page.locator('.no-messages').waitFor();
  await anna.write('hello ben');
  await anna.sees('hello ben');
  await ben.row('anna').click();
  await ben.sees('hello ben');
  await ben.write('hello anna');
  await anna.sees('hello anna');
  await anna.write('how are you?');
  const all = ['hello ben', 'hello anna', 'how are you?'];
  await anna.seesExactly(all);
  await ben.seesExactly(all);
  assert.deepEqual(await ben.titles(), ['anna']);
  await anna.page.reload();
  await anna.seesExactly(all);
});

test('what is on its way, sent, delivered and read shows beside each message', async () => {
  const cleo = await stage.person('cleo');
  const id = await stage.direct('cleo', 'dave');
  await cleo.go(id);
  await cleo.write('are you there?');
  await cleo.mark('are you there?', 'Sent');
  const dave = await stage.person('dave');
  await dave.row('cleo').waitFor(); // now he is connected
  await cleo.mark('are you there?', 'Delivered');
  await cleo.write('I can see you');
  await cleo.mark('I can see you', 'Delivered');
  await dave.row('cleo').locator('.badge').filter({ hasText: '2' }).waitFor();
  await until(async () => (await dave.page.title()) === '(2) Parley');
  await dave.row('cleo').click();
  await cleo.mark('I can see you', 'Read');
  await cleo.mark('are you there?', 'Read');
  await until(async () => (await dave.page.title()) === 'Parley');
  assert.equal(await dave.page.locator('.unread-line').count(), 1);
});

test('one sees who is typing', async () => {
  const eva = await stage.person('eva');
  const id = await stage.direct('eva', 'finn');
  await eva.go(id);
  const finn = await stage.person('finn');
  await finn.go(id);
  await finn.types(eva);
  await eva.page.locator('.typing').getByText('finn is typing').waitFor();
  await eva.seesStatus('typing…');
  await finn.write('hmm, yes');
  await eva.sees('hmm, yes');
  await eva.page.locator('.typing').waitFor({ state: 'hidden' });
});

test('one sees who is there, and when somebody last was', async () => {
  const id = await stage.direct('flo', 'gil');
  await stage.say('gil', id, 'hello'); // who has said nothing yet is not shown
  const gil = await stage.person('gil');
  await gil.row('flo').waitFor();
  const flo = await stage.person('flo');
  await flo.go(id);
  await flo.seesStatus(/^online$/);
  await flo.row('gil').locator('.presence').waitFor();
  await gil.context.close();
  await flo.seesStatus('last seen just now');
});

test('messages are answered, edited and deleted, by keyboard alone', async () => {
  const gus = await stage.person('gus');
  const id = await stage.direct('gus', 'hana');
  await gus.go(id);
  await gus.write('the first');
  await gus.write('the secnd');
  const hana = await stage.person('hana');
  await hana.go(id);
  await hana.sees('the secnd');
  await gus.field.press('ArrowUp');
  assert.equal(await gus.field.inputValue(), 'the secnd');
  await gus.write('the second');
  await hana.message('the second').getByText('edited').waitFor();
  await hana.page.keyboard.press('Alt+m');
  await hana.page.keyboard.press('ArrowUp');
  await hana.page.keyboard.press('ArrowUp');
  await hana.page.keyboard.press('r');
  await hana.page.getByText('Reply to gus').waitFor();
  await hana.page.keyboard.type('an answer');
  await hana.page.keyboard.press('Enter');
  const answer = gus.message('an answer');
  await answer.getByRole('button', { name: /In reply to.*the first/ }).click();
  await until(async () => (await gus.page.evaluate(() => document.activeElement.querySelector('.body')?.textContent)) === 'the first');
  await gus.page.keyboard.press('Delete');
  const question = gus.page.getByRole('dialog', { name: 'Delete message' });
  assert.equal(await question.getByRole('button', { name: 'Delete', exact: true }).evaluate(button => button === document.activeElement), true);
  await gus.page.keyboard.press('Enter');
  await hana.seesExactly(['Message deleted', 'the second', 'an answer']);
  await gus.seesExactly(['Message deleted', 'the second', 'an answer']);
  await gus.page.keyboard.press('Escape');
  assert.equal(await gus.field.evaluate(field => field === document.activeElement), true);
});

test('a group is made, named, and its members come, get roles and go', async () => {
  const ida = await stage.person('ida');
  const jon = await stage.person('jon');
  await ida.page.keyboard.press('Alt+n');
  const create = ida.page.getByRole('dialog', { name: 'New conversation' });
  await create.getByRole('tab', { name: 'Group' }).click();
  await create.getByRole('textbox', { name: 'Name of the group' }).fill('Choir');
  await create.getByRole('textbox', { name: 'Members' }).fill('jon, kim');
  await create.getByRole('button', { name: 'Create' }).click();
  await ida.seesEvent('You created the group “Choir”');
  await ida.seesEvent('You added jon and kim');
  await jon.row('Choir').click();
  await jon.seesEvent('ida added you and kim');
  await ida.seesStatus('3 members');
  await ida.page.getByRole('button', { name: 'Details' }).click();
  const details = ida.page.getByRole('dialog', { name: 'Group', exact: true });
  await details.getByRole('textbox', { name: 'Add people' }).fill('lea');
  await details.getByRole('button', { name: 'Add', exact: true }).click();
  await details.getByText('4 members').waitFor();
  await details.getByRole('combobox', { name: 'Role of jon' }).selectOption('admin');
  await jon.seesEvent('ida made you an admin');
  await details.getByRole('button', { name: 'Remove kim' }).click();
  await ida.page.getByRole('dialog', { name: 'Remove member' }).getByRole('button', { name: 'Remove' }).click();
  await details.getByText('3 members').waitFor();
  await details.getByRole('textbox', { name: 'Name' }).fill('Big choir');
  await details.getByRole('button', { name: 'Rename' }).click();
  await jon.seesEvent('ida named the group “Big choir”');
  await jon.row('Big choir').waitFor();
  await jon.page.getByRole('button', { name: 'Details' }).click();
  await jon.page.getByRole('button', { name: 'Leave the group' }).click();
  await jon.page.getByRole('dialog', { name: 'Leave the group' }).getByRole('button', { name: 'Leave' }).click();
  await jon.row('Big choir').waitFor({ state: 'detached' });
  await ida.seesEvent('jon left');
  await details.getByText('2 members').waitFor();
});

test('members who come one by one are asked for seldom, and the last is seen', async () => {
  const ada = await stage.person('ada');
  const id = await stage.group('ada', 'Club', 'bea');
  await ada.go(id);
  await ada.seesStatus('2 members');
  for (let i = 1; i <= 40; i++) await stage.call('ada', 'POST', `/v1/conversations/${id}/members`, { userIds: [`guest-${i}`] });
  await ada.seesStatus('42 members');
  const loads = await ada.page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /\/members\?/.test(name)).map(({ startTime }) => startTime));
  const pauses = loads.slice(1).map((at, i) => at - loads[i]);
  assert.ok(pauses.every(millis => millis > 1_500), `${pauses} ms`);
});

test('text stays text, whatever it looks like', async () => {
  const mia = await stage.person('mia');
  const id = await stage.direct('mia', 'nik');
  const hostile = [
    '<img src=x onerror="document.title=\'broken\'"><script>document.title="broken"</script>',
    '\u202Egnp.exe\u2066 <b>bold</b> &amp; &lt;',
    'javascript:alert(1) data:text/html,x https://example.org/?q=<i>',
    'x'.repeat(16 * 1024),
    'שלום עולם\nand a second line',
  ];
  for (const text of hostile) await stage.say('nik', id, text);
  await mia.go(id);
  await mia.sees('שלום');
  await mia.seesExactly(hostile);
  assert.equal(await mia.page.locator('.message :is(img, script, b, i)').count(), 0);
  const links = await mia.page.locator('.message a').evaluateAll(all => all.map(link => link.href));
  assert.deepEqual(links, ['https://example.org/?q=']);
  assert.match(await mia.page.title(), /Parley$/);
  const { overflow } = await mia.page.evaluate(() => ({ overflow: document.documentElement.scrollWidth > innerWidth || document.querySelector('.scroller').scrollWidth > document.querySelector('.scroller').clientWidth }));
  assert.equal(overflow, false);
  await mia.write('👍🏽 🎉');
  await mia.page.locator('.bubble.emoji').waitFor();
});

test('a long history loads as one scrolls up, and what one reads stays where it is', async () => {
  const id = await stage.direct('ole', 'pia');
  for (let i = 1; i <= 420; i++) await stage.say(i % 3 ? 'pia' : 'ole', id, `line ${i}`);
  const ole = await stage.person('ole');
  await ole.go(id);
  const scroller = ole.page.getByRole('region', { name: 'Messages' });
  await ole.page.keyboard.press('Alt+m');
  await ole.page.keyboard.press('End');
  await ole.sees('line 420');
  const lines = async () => (await ole.messages()).map(text => Number(text.split(' ')[1]));
  await until(async () => {
    await scroller.evaluate(element => (element.scrollTop -= 1500));
    return (await lines())[0] === 1;
  }, async () => `the first is ${(await lines())[0]}`);
  const shown = await lines();
  assert.deepEqual(shown, shown.map((_, i) => shown[0] + i));
  assert.ok(shown.length <= 240, `${shown.length} rows`);
  // What is in the middle of the screen does not move when others write.
  const middle = () => scroller.evaluate(element => {
    const box = element.getBoundingClientRect();
    const row = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)?.closest('.message, li') ?? element.querySelector('.message');
    return [row.textContent, Math.round(row.getBoundingClientRect().top)];
  });
  await scroller.evaluate(element => (element.scrollTop = 900));
  await ole.page.waitForTimeout(200);
  const before = await middle();
  await stage.say('pia', id, 'news from below');
  await ole.page.getByRole('button', { name: 'Go to the latest message, 1 new one' }).waitFor();
  assert.deepEqual(await middle(), before);
  await ole.page.getByRole('button', { name: /Go to the latest message/ }).click();
  await ole.sees('news from below');
  await ole.page.getByRole('button', { name: /Go to the latest message/ }).waitFor({ state: 'hidden' });
});

test('two tabs of one person show the same, and sign out together', async () => {
  const rosa = await stage.person('rosa');
  const id = await stage.direct('rosa', 'sven');
  await rosa.go(id);
  const tab = await stage.person('rosa', { tabOf: rosa });
  await tab.go(id);
  await rosa.write('from the one');
  await tab.sees('from the one');
  await tab.write('from the other');
  await rosa.seesExactly(['from the one', 'from the other']);
  await until(async () => (await stage.call('rosa', 'GET', '/v1/devices')).devices.length === 2);
  await tab.page.getByRole('button', { name: 'Settings', exact: true }).click();
  const settings = tab.page.getByRole('dialog', { name: 'Settings' });
  await settings.getByText('This tab').waitFor();
  assert.equal(await settings.locator('.devices li').count(), 2);
  await settings.getByRole('button', { name: 'Sign out', exact: true }).click();
  await tab.page.getByRole('dialog', { name: 'Sign out' }).getByRole('button', { name: 'Sign out' }).click();
  await tab.page.getByRole('textbox', { name: 'Your name' }).waitFor();
  await rosa.page.getByRole('textbox', { name: 'Your name' }).waitFor();
});

test('who signs out leaves nobody listening in the page', async () => {
  const zoe = await stage.visitor();
  const debug = await zoe.context.newCDPSession(zoe.page);
  const listeners = async () => {
    const { result } = await debug.send('Runtime.evaluate', { expression: '[window, document]', objectGroup: 'looked-at' });
    const { result: parts } = await debug.send('Runtime.getProperties', { objectId: result.objectId, ownProperties: true });
    const all = [];
    for (const { value } of parts.filter(({ name }) => name === '0' || name === '1')) {
      const { listeners: found } = await debug.send('DOMDebugger.getEventListeners', { objectId: value.objectId });
      all.push(...found.map(({ type }) => `${value.className} ${type}`));
    }
    return all.sort();
  };
  const name = zoe.page.getByRole('textbox', { name: 'Your name' });
  await name.waitFor();
  const before = await listeners();
  await name.fill('zoe');
  await name.press('Enter');
  await zoe.page.getByText('No conversations yet').waitFor();
  assert.ok((await listeners()).includes('Window offline'));
  await zoe.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await zoe.page.getByRole('dialog', { name: 'Settings' }).getByRole('button', { name: 'Sign out', exact: true }).click();
  await zoe.page.getByRole('dialog', { name: 'Sign out' }).getByRole('button', { name: 'Sign out' }).click();
  await name.waitFor();
  assert.deepEqual(await listeners(), before);
});

test('an address that leads nowhere says so, and one cannot write there', async () => {
  const xia = await stage.person('xia');
  xia.expectsFailures = true; // the browser notes the 404
  await xia.page.evaluate(() => (location.hash = '#/c/nowhere'));
  await xia.page.getByRole('heading', { name: 'No such conversation' }).waitFor();
  assert.equal(await xia.field.count(), 0);
});

test('settings are kept: theme here, privacy with the server', async () => {
  const tom = await stage.person('tom');
  await tom.page.getByRole('button', { name: 'Settings', exact: true }).click();
  const settings = tom.page.getByRole('dialog', { name: 'Settings' });
  await settings.getByRole('radio', { name: 'Dark' }).check();
  assert.equal(await tom.page.locator('html').getAttribute('data-theme'), 'dark');
  await settings.getByRole('radio', { name: 'Nobody' }).check();
  await settings.getByRole('switch', { name: 'Read receipts' }).uncheck();
  await until(async () => {
    const kept = await stage.call('tom', 'GET', '/v1/settings');
    return kept.presence === 'nobody' && kept.readReceipts === false;
  });
  await tom.page.reload();
  assert.equal(await tom.page.locator('html').getAttribute('data-theme'), 'dark');
});

test('a notification tells of a message while one looks elsewhere, and only if one wants it', async () => {
  const ute = await stage.person('ute', { permissions: ['notifications'] });
  await ute.page.evaluate(() => {
    window.shown = [];
    window.Notification = class {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      constructor(title, options) { window.shown.push([title, options.body]); }
      close() {}
    };
    Object.defineProperty(document, 'hasFocus', { value: () => false });
  });
  const id = await stage.direct('vera', 'ute');
  await stage.say('vera', id, 'unasked');
  await ute.row('vera').getByText('unasked').waitFor();
  await ute.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await ute.page.getByRole('switch', { name: 'Show notifications' }).check();
  await ute.page.keyboard.press('Escape');
  await stage.say('vera', id, 'wanted');
  await until(async () => JSON.stringify(await ute.page.evaluate(() => window.shown)) === JSON.stringify([['vera', 'wanted']]), async () => JSON.stringify(await ute.page.evaluate(() => window.shown)));
});

test('with a token one can sign in as well, and is told what is wrong with it', async () => {
  const will = await stage.visitor();
  will.expectsFailures = true; // the browser notes the 401 below
  await will.page.getByRole('button', { name: 'Sign in with a token instead' }).click();
  const field = will.page.getByRole('textbox', { name: 'Token' });
  const submit = will.page.getByRole('button', { name: 'Sign in', exact: true });
  await field.fill('nonsense');
  await submit.click();
  await will.page.getByText('This is no JSON Web Token').waitFor();
  await field.fill('eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3aWxsIn0.x');
  await submit.click();
  await will.page.getByText('The server does not accept this token').waitFor();
  await field.fill(await stage.server.token('will'));
  await submit.click();
  await will.page.getByRole('button', { name: /^will.*settings$/ }).waitFor();
  await until(async () => (await stage.call('will', 'GET', '/v1/devices')).devices.length === 1);
});
