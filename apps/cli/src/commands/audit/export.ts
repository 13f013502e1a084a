import { chainLines } from '../../audit/chain-lines.js';
import { auditFilter, auditFilterOptions } from '../../audit/filter-options.js';
import { writeLines } from '../../audit/write-lines.js';
import { defineCommand } from '../../command.js';
import { connectAsPlatform, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';

export const exportCommand = defineCommand({
  command: 'export',
  describe: 'Write whole chains of the audit for verification, or what matches; needs the admin key',
  builder: (yargs) =>
    auditFilterOptions(connectionOptions(yargs))
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'The chains of every tenant and of the platform',
      })
      .option('format', {
        choices: ['chain', 'ndjson', 'csv'] as const,
        default: 'chain' as const,
        describe: 'chain is what stacyvm audit verify takes; the others are what matches, newest first',
      })
      .option('output', { type: 'string', describe: 'File to write; standard output unless told' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file' })
      .example('stacyvm audit export --all --output audit.ndjson', 'everything, verifiable')
      .example('stacyvm audit export --format csv --action sandbox.spawn --since 720h', 'for a spreadsheet'),
  handler: async (args) => {
    const { audit } = connectAsPlatform(args);
    const { tenant_id: tenant, ...filter } = auditFilter(args);
    const { format } = args;
    if (format === 'chain' && Object.keys(filter).length > 0) {
      throw new CommandFailure('a chain is exported as a whole; with a filter use --format ndjson or csv', 2);
    }
    if (args.all && (format !== 'chain' || tenant !== undefined)) {
      throw new CommandFailure('--all is for --format chain, without --tenant', 2);
    }
    const lines =
      format === 'chain'
        ? chainLines(audit, args.all ? undefined : (tenant ?? ''))
        : audit.lines({ ...filter, ...(tenant === undefined ? {} : { tenant_id: tenant }) }, format);
    await writeLines(lines, { path: args.output, replace: args.force });
  },
});
