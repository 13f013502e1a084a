// `npm test`: sets up and runs every suite. Arguments go to mocha: npm test -- --grep lease
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './run-node.mjs';
import { afterSetup, root, TEST_PACKAGES } from './setup.mjs';

const FAULTS = 'apps/cli/test/faults/**/*.test.ts';
/** Run side by side. The fault suite mostly waits, for faults to come and to heal, and bears whatever the machine does meanwhile. */
const LANES = [
  [
    'packages/*/test/**/*.test.ts',
    'apps/*/test/**/*.test.ts',
    'scripts/test/**/*.test.ts',
    '--ignore',
    FAULTS,
  ],
  [FAULTS],
];

await afterSetup(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stacyvm-totals-'));
  try {
    return await runLanes(LANES.map((specs, index) => ({ specs, file: join(directory, `${index}.json`) })));
  } finally {
    rmSync(directory, { recursive: true });
  }
}, TEST_PACKAGES);

/** @returns the exit code of the first lane that did not end well, or 0 */
async function runLanes(lanes) {
  const exitCodes = await Promise.all(
    lanes.map(({ specs, file }) => runNode(mochaWith(specs, file), { cwd: root })),
  );
  // A lane that did not come to its end, or reports in another form, has none.
  const totals = lanes
    .filter(({ file }) => existsSync(file))
    .map(({ file }) => JSON.parse(readFileSync(file, 'utf8')));
  if (totals.length < lanes.length) {
    const code = exitCodes.find((each) => each !== 0);
    if (code !== undefined || process.argv.includes('--reporter')) return code ?? 0;
    console.error('a part of the suites ended before its end, and said nothing');
    return 1;
  }
  const sum = (name) => totals.reduce((total, lane) => total + lane[name], 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
  return exitCodes.find((code) => code !== 0) ?? 0;
}

function mochaWith(specs, totalsFile) {
  return [
    join(root, 'node_modules/mocha/bin/mocha.js'),
    '--reporter',
    join(root, 'scripts/package-reporter.cjs'),
    '--reporter-option',
    `totals=${totalsFile}`,
    '--require',
    join(root, 'scripts/test-database.mjs'),
    ...process.argv.slice(2),
    ...specs,
  ];
}
