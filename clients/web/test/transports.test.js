// The ways through which a page reaches the node.

import { after, afterEach, before, test } from 'node:test';
import { Stage } from './stage.js';

let stage;
let id;

before(async () => {
  stage = await Stage.open();
  id = await stage.direct('anna', 'ben');
});
after(() => stage?.close());
afterEach(() => stage.checkQuiet());

for (const transport of ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling']) {
  test(`two people talk over ${transport}`, async () => {
    const query = `?transport=${transport}`;
    const anna = await stage.person('anna', { query });
    const ben = await stage.person('ben', { query });
    await anna.go(id);
    await ben.go(id);
    for (let i = 1; i <= 3; i++) {
      await anna.write(`${transport} from anna ${i}`);
      await ben.sees(`${transport} from anna ${i}`);
      await ben.write(`${transport} from ben ${i}`);
      await anna.sees(`${transport} from ben ${i}`);
    }
    await anna.context.close();
    await ben.context.close();
  });
}

test('where WebSockets are blocked the page finds another way by itself', async () => {
  stage.blocksWebSockets = true;
  const cleo = await stage.visitor();
  cleo.expectsFailures = true;
  await cleo.page.getByRole('textbox', { name: 'Your name' }).fill('anna');
  await cleo.page.keyboard.press('Enter');
  await cleo.row('ben').click();
  await cleo.write('around the wall');
  await cleo.isSent('around the wall');
  await stage.say('ben', id, 'and back');
  await cleo.sees('and back');
});
