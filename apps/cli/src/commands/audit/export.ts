import { type AuditSubject, auditSubject, auditSubjectOptions } from '../../audit/audit-subject.js';
import { auditFilter, auditFilterOptions } from '../../audit/filter-options.js';
import { chainLines, matchingLines } from '../../audit/read-audit.js';
import { writeLines } from '../../audit/write-lines.js';
import { defineCommand } from '../../command.js';
import { connectAsPlatform, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';

export const exportCommand = defineCommand({
  command: 'export',
  describe:
    'Write a chain of the audit for verification, or what matches; needs the admin key, or that of a tenant with --tenant',
  builder: (yargs) =>
    auditFilterOptions(auditSubjectOptions(connectionOptions(yargs)))
      .option('all', {
        type: 'boolean',
        default: false,
        describe:
          'The chains of every tenant and of the platform; without it and a tenant, that of the platform',
      })
      .option('format', {
        choices: ['chain', 'ndjson', 'csv'] as const,
        default: 'chain' as const,
        describe:
          'chain is whole, and what stacyvm audit verify takes; ndjson and csv are what matches, newest first, of all tenants unless one is named',
      })
      .option('output', {
        type: 'string',
        requiresArg: true,
        describe: 'File to write; standard output unless told',
      })
      .option('force', { type: 'boolean', default: false, describe: 'With --output: replace the file' })
      .example('stacyvm audit export --all --output audit.ndjson', 'everything, verifiable')
      .example('stacyvm audit export --tenant research --output research.ndjson', 'the chain of a tenant')
      .example('stacyvm audit export --format csv --action sandbox.spawn --since 720h', 'for a spreadsheet'),
  handler: async (args) => {
    const { all, format, output, force } = args;
    const filter = auditFilter(args);
    if (format === 'chain' && Object.keys(filter).length > 0) {
      throw new CommandFailure('a chain is exported as a whole; with a filter use --format ndjson or csv', 2);
    }
    if (all && (format !== 'chain' || args.tenant !== undefined || args.platform)) {
      throw new CommandFailure('--all is for --format chain, without --tenant and --platform', 2);
    }
    if (force && output === undefined) throw new CommandFailure('--force goes with --output', 2);
    const ofAll: AuditSubject = { kind: 'all' };
    const subject = all ? ofAll : auditSubject(args, format === 'chain' ? { kind: 'platform' } : ofAll);
    const { audit } = connectAsPlatform(args);
    const lines =
      format === 'chain' ? chainLines(audit, subject) : matchingLines(audit, subject, filter, format);
    await writeLines(lines, { path: output, replace: force });
  },
});
