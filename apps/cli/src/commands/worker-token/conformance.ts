import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { onInterrupt } from '../../interrupt.js';
import { formatOption, print } from '../../output.js';
import { exchange } from '../../worker-token/conformance/exchange.js';
import { describeReport, reportOf } from '../../worker-token/conformance/report.js';
import { loadVectors, SECTIONS } from '../../worker-token/conformance/vectors.js';
import { millisecondsOf } from '../../worker-token/duration-option.js';
import { asciiJson } from '../../worker-token/printable.js';

const MAX_TIMEOUT_MS = 3_600_000;

const PROTOCOL = `CMD runs once, by sh -c. It reads one JSON object a line: a vector without its result, with "section". It answers
each with a line, in any order, and exits with 0 at the end of its input:
  verify  {"id","ok":true,"worker_id","jti","aud","scopes","key"} or {"id","ok":false,"code"}
  mint    {"id","token"}
  derive  {"id","derived_key"}`;

export const conformanceCommand = defineCommand({
  command: 'conformance',
  describe: 'Check another implementation of worker tokens against the published vectors',
  builder: (yargs) =>
    formatOption(yargs)
      .option('command', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'Program to check',
      })
      .option('vectors', {
        type: 'string',
        requiresArg: true,
        describe: 'File of vectors; the published ones unless given',
      })
      .option('section', {
        choices: SECTIONS,
        array: true,
        nargs: 1,
        default: SECTIONS,
        describe: 'Section to run; repeatable',
      })
      .option('timeout', {
        type: 'string',
        requiresArg: true,
        default: '10s',
        describe: 'Longest silence of the program',
      })
      .example('stacyvm worker token conformance --command "stacyvm worker token conformance-responder"', '')
      .epilogue(PROTOCOL),
  handler: async (args) => {
    const silenceMs = millisecondsOf('timeout', args.timeout);
    if (silenceMs < 1 || silenceMs > MAX_TIMEOUT_MS) {
      throw new CommandFailure('--timeout must be positive and at most 1h', 2);
    }
    const vectors = loadVectors(args.vectors, [...new Set(args.section)]);
    const interrupt = onInterrupt();
    try {
      const answered = await exchange(args.command, vectors, { silenceMs, signal: interrupt.signal });
      const report = reportOf(vectors, answered);
      print(args.format === 'json' ? asciiJson(report, 2) : describeReport(report));
      const interrupted = interrupt.exitCode();
      if (interrupted !== undefined) {
        process.exitCode = interrupted;
      } else if (report.passed < report.total || report.faults.length > 0) {
        throw new CommandFailure(`not conformant: ${verdict(report)}`);
      }
    } finally {
      interrupt.release();
    }
  },
});

function verdict({ passed, total, faults }: ReturnType<typeof reportOf>): string {
  const failures = `${total - passed} of ${total} vectors failed`;
  return faults.length === 0 ? failures : `${failures}, faults of the program: ${faults.length}`;
}
