import { readPolicyFiles } from '@stacyvm/config/policies';
import { compilePolicySet, createPolicyReplay, type PolicyReplayReport } from '@stacyvm/policy';
import { auditSubject, auditSubjectOptions, refuseSubject } from '../../audit/audit-subject.js';
import { exportFileLines } from '../../audit/export-file.js';
import { defineCommand } from '../../command.js';
import { connectAsPlatform, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson, table } from '../../output.js';
import { liveDecisions, recordedDecisions } from '../../policy/recorded-decisions.js';
import { readable } from '../../policy/rules.js';
import { millisecondsOf } from '../../worker-token/duration-option.js';
import { printable } from '../../worker-token/printable.js';

export const replayCommand = defineCommand({
  command: 'replay',
  describe:
    'Say which decisions other rules would have changed, of the control plane (needs the admin key, or that of a tenant with --tenant) or of a file',
  builder: (yargs) =>
    formatOption(auditSubjectOptions(connectionOptions(yargs)))
      .option('candidate', {
        type: 'string',
        array: true,
        nargs: 1,
        demandOption: true,
        describe: 'File of rules to try, in place of all that were in force; repeatable',
      })
      .option('file', {
        type: 'string',
        requiresArg: true,
        describe: 'Export of the audit (NDJSON) with the decisions; without it the control plane is asked',
      })
      .option('since', {
        type: 'string',
        requiresArg: true,
        describe: 'How far back, such as 24h; all unless given',
      })
      .option('fail-on-change', {
        type: 'boolean',
        default: false,
        describe: 'Exit with 1 when a decision would change',
      })
      .example(
        'stacyvm policy replay --since 24h --candidate next.yaml',
        'before a change of a file is deployed',
      )
      .example('stacyvm policy replay --candidate next.yaml --file export.ndjson', 'without a control plane'),
  handler: async (args) => {
    const since = args.since === undefined ? undefined : new Date(Date.now() - spanOf(args.since));
    const rules = readable(() => readPolicyFiles(args.candidate)).flatMap((each) => each.rules);
    const replay = createPolicyReplay(compilePolicySet(rules));
    const { file } = args;
    if (file !== undefined) refuseSubject(args);
    const lines =
      file === undefined
        ? liveDecisions(connectAsPlatform(args), since, auditSubject(args, { kind: 'all' }))
        : exportFileLines(file, 2);
    for await (const decision of recordedDecisions(lines, file ?? 'the audit', since)) replay.add(decision);
    const report = replay.report();
    if (args.format === 'json') printJson(reportJson(report));
    else printReport(report);
    const { changed } = report;
    if (args.failOnChange && changed > 0)
      throw new CommandFailure(
        changed === 1 ? '1 decision would change' : `${changed} decisions would change`,
      );
  },
});

function spanOf(text: string): number {
  const milliseconds = millisecondsOf('since', text);
  if (milliseconds > 0) return milliseconds;
  throw new CommandFailure('--since must be above zero', 2);
}

function printReport({
  decisions,
  changed,
  newlyDenied,
  newlyAllowed,
  changes,
  truncated,
}: PolicyReplayReport): void {
  if (changes.length > 0) {
    print(
      table(
        ['COUNT', 'WAS', 'BECOMES', 'BECAUSE OF', 'TENANT', 'VALUES'],
        changes.map(({ count, was, becomes, because, tenantId, values }) => [
          String(count),
          was,
          becomes,
          printable(because),
          printable(tenantId ?? '-'),
          printable(values.map(({ type, value }) => `${type}=${value}`).join(' ')),
        ]),
      ),
    );
  }
  if (truncated) print('there are more different changes than are shown');
  print(`${decisions} decisions, ${changed} would change: ${newlyDenied} denied, ${newlyAllowed} allowed`);
}

function reportJson(report: PolicyReplayReport): unknown {
  return {
    candidate_version: report.candidateVersion,
    decisions: report.decisions,
    changed: report.changed,
    newly_denied: report.newlyDenied,
    newly_allowed: report.newlyAllowed,
    by_reason: report.byReason.map(([because, count]) => ({ because, count })),
    by_tenant: report.byTenant.map(([tenant_id, count]) => ({ tenant_id, count })),
    changes: report.changes.map(({ tenantId, ...change }) => ({ tenant_id: tenantId ?? '', ...change })),
    truncated: report.truncated,
  };
}
