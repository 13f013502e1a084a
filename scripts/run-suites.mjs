// Runs suites one after the other, each in a process of its own: what one leaves in memory does not slow down the next.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './run-node.mjs';
import { root } from './setup.mjs';

const MOCHA = join(root, 'node_modules/mocha/bin/mocha.js');
const REPORTER = join(root, 'scripts/package-reporter.cjs');

const NO_TOTALS = { passed: 0, failed: 0, skipped: 0 };

/** Somebody who wants to see it otherwise gets no totals. */
const isReporter = (arg) => /^(-R|--reporter$|--reporter=)/.test(arg);

/**
 * @param {readonly (readonly string[])[]} suites the patterns of the files of each
 * @param {{ readonly args?: readonly string[], readonly cwd?: string }} [options] what goes to mocha for each
 * @returns {Promise<number>} the exit code, when all have ended and their totals are the last line
 */
export async function runSuites(suites, { args = [], cwd = root } = {}) {
  const isReportedOtherwise = args.some(isReporter);
  const directory = mkdtempSync(join(tmpdir(), 'stacyvm-totals-'));
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  try {
    const results = [];
    for (const [index, patterns] of suites.entries()) {
      if (stopped.signal.aborted) break;
      const file = join(directory, `${index}.json`);
      const reporter = isReportedOtherwise
        ? []
        : ['--reporter', REPORTER, '--reporter-option', `totals=${file}`];
      const code = await runNode([MOCHA, ...reporter, ...args, ...patterns], { cwd });
      const totals = isReportedOtherwise ? NO_TOTALS : readTotals(file);
      if (totals === undefined)
        console.log('%s: ended with exit code %d before its tests had', patterns[0], code);
      results.push({ code, ...(totals ?? { ...NO_TOTALS, failed: 1 }) });
    }
    if (!isReportedOtherwise) console.log(sentenceOf(results));
    return stopped.signal.aborted || results.some(({ code, failed }) => code !== 0 || failed > 0) ? 1 : 0;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
    rmSync(directory, { recursive: true, force: true });
  }
}

function readTotals(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function sentenceOf(results) {
  const sumOf = (outcome) => results.reduce((sum, result) => sum + result[outcome], 0);
  const skipped = sumOf('skipped');
  return `${sumOf('passed')} passed, ${sumOf('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
