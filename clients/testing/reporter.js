// A reporter for Node's test runner: one line of JSON for each test that has ended, everything else as it is.
// The names of suites stand before the names of their tests.

import './orphan.js';

export default async function* report(events) {
  const files = new Map(); // the names that lead to the test that is under way, by file
  for await (const { type, data } of events) {
    if (type === 'test:start') {
      const names = files.get(data.file) ?? [];
      files.set(data.file, [...names.slice(0, data.nesting), data.name]);
    } else if (type === 'test:pass' || type === 'test:fail') {
      if (data.details.type === 'suite' && type === 'test:pass') continue;
      const names = [...(files.get(data.file) ?? []).slice(0, data.nesting), data.name];
      const told = { name: names.join(': '), millis: Math.round(data.details.duration_ms) };
      if (type === 'test:fail') told.failure = describe(data.details.error);
      // One that was not run has shown nothing.
      else if (data.skip !== undefined || data.todo !== undefined) told.failure = 'was skipped';
      yield JSON.stringify(told) + '\n';
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message.replace(/^\{/gm, ' {');
    }
  }
}

function describe(error) {
  const cause = error?.cause ?? error;
  return String(cause?.stack ?? cause);
}
