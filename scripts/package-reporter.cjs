// Reports one line a package while it runs, failures in full, and the totals: into the file of the option `totals`.
const { writeFileSync } = require('node:fs');
const { relative, sep } = require('node:path');
const { reporters, Runner } = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_TEST_END } =
  Runner.constants;

const LEFTOVER_GRACE_MS = 30_000;

module.exports = class PackageReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    this.current = undefined;
    this.totals = options.reporterOption.totals;
    runner.on(EVENT_TEST_PASS, (test) => this.count(test, 'passed'));
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      this.count(test, 'failed');
      reporters.Base.consoleLog('  failed: %s: %s', test.fullTitle(), error.message);
    });
    runner.on(EVENT_TEST_PENDING, (test) => this.count(test, 'skipped'));
    runner.on(EVENT_TEST_END, () => {
      if (this.current) this.current.ended = Date.now();
    });
    runner.on(EVENT_RUN_END, () => this.end());
  }

  count(test, outcome) {
    const name =
      relative(process.cwd(), test.file ?? '')
        .split(sep)
        .slice(0, 2)
        .join('/') || 'suite';
    if (this.current?.name !== name) {
      this.flush();
      this.current = {
        name,
        passed: 0,
        failed: 0,
        skipped: 0,
        started: Date.now() - (test.duration ?? 0),
        ended: Date.now(),
      };
    }
    this.current[outcome] += 1;
  }

  flush() {
    if (!this.current) return;
    const { name, passed, failed, started, ended } = this.current;
    const failures = failed > 0 ? `, ${failed} failed` : '';
    reporters.Base.consoleLog(
      '%s: %d passed%s in %s s',
      name,
      passed,
      failures,
      ((ended - started) / 1000).toFixed(1),
    );
  }

  end() {
    // Only something that a test left open keeps the process alive for so long; it must not be waited for.
    setTimeout(() => {
      reporters.Base.consoleLog('the suites have ended, but something that they opened still runs');
      process.exit(1);
    }, LEFTOVER_GRACE_MS).unref();
    // Nothing is open any more. Node.js 20 now and then spins for ever in the teardown after that, which an explicit exit leaves out.
    process.once('beforeExit', () => process.exit());
    this.flush();
    const { passes, failures, pending } = this.stats;
    if (failures > 0) {
      // mocha sets it when the teardown is over, which the exit above does not wait for.
      process.exitCode = 1;
      reporters.Base.list(this.failures);
    }
    writeFileSync(this.totals, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
  }
};
