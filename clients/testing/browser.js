// Chromium for tests of pages, what goes wrong in a page without anybody looking, and what keeps people out of it.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/**
 * Notes errors in the console, failed policies, scripts that broke.
 *
 * @param expectsFailures whether the network is to fail now: then the browser says so in the console, and that is no trouble
 */
export function watch(page, note, expectsFailures) {
  page.on('pageerror', error => note(error.stack ?? error.message));
  page.on('console', message => {
    const text = message.text();
    const isNetwork = /Failed to load resource|WebSocket connection to|net::ERR/.test(text);
    if (message.type() === 'error' && !(isNetwork && expectsFailures())) note(`${text} (${message.location().url})`);
  });
}

/** What axe finds that keeps people out. */
export async function findings(page) {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(each => each.effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(ending.map(each => each.finished));
  });
  // Through the debugger, as the page itself lets no foreign script in.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
}
