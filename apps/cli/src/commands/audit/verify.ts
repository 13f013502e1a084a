import { readFileSync } from 'node:fs';
import { ApiError, type AuditClient } from '@stacyvm/api';
import {
  AuditError,
  type AuditPublicKey,
  type ChainProblem,
  readPublicKey,
  type Verification,
  verifyExport,
  verifySink,
} from '@stacyvm/audit';
import {
  type AuditSubject,
  auditSubject,
  auditSubjectOptions,
  refuseSubject,
} from '../../audit/audit-subject.js';
import { exportFileLines } from '../../audit/export-file.js';
import { chainLines, withAdvice } from '../../audit/read-audit.js';
import { defineCommand } from '../../command.js';
import { connectAsPlatform, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, notice, print, printJson } from '../../output.js';
import { printable } from '../../worker-token/printable.js';

export const verifyCommand = defineCommand({
  command: 'verify',
  describe:
    'Prove that nothing was changed, removed, added, moved or cut off; exits with 1 when something was',
  builder: (yargs) =>
    formatOption(auditSubjectOptions(connectionOptions(yargs)))
      .option('file', {
        type: 'string',
        requiresArg: true,
        describe: 'Export to verify, offline; without it the control plane is asked',
      })
      .option('sink', {
        type: 'boolean',
        default: false,
        describe: 'The file is one that a sink of the control plane wrote, or several of them in their order',
      })
      .option('public-key', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'File with a public key of the audit; repeatable, for exports that several keys signed',
      })
      .example('stacyvm audit verify --file audit.ndjson --public-key audit.pub', 'offline')
      .example('stacyvm audit verify', 'every chain of the control plane; needs the admin key')
      .example(
        'stacyvm audit verify --tenant research --public-key audit.pub',
        'the chain of a tenant, also by its own administrators',
      ),
  handler: async (args) => {
    if (args.file !== undefined) refuseSubject(args);
    if (args.sink && (args.file === undefined || args.publicKey.length > 0)) {
      throw new CommandFailure('--sink is for a --file, and nothing in what a sink got is signed', 2);
    }
    const keys = args.publicKey.map(publicKeyOf);
    const report =
      args.file === undefined
        ? await verifyOnline(connectAsPlatform(args).audit, auditSubject(args, { kind: 'all' }), keys)
        : await verifyFile(args.file, args.sink, keys);
    if (args.format === 'json') printJson(reportJson(report));
    else printReport(report);
    if (!report.intact) throw new CommandFailure('the audit is not intact');
  },
});

function verifyFile(path: string, isOfSink: boolean, keys: readonly AuditPublicKey[]): Promise<Verification> {
  const lines = exportFileLines(path, 1);
  return isOfSink ? verifySink(lines) : verifyExport(lines, { keys });
}

async function verifyOnline(
  audit: AuditClient,
  subject: AuditSubject,
  given: readonly AuditPublicKey[],
): Promise<Verification> {
  const keys = given.length > 0 ? given : await servedKeys(audit, subject);
  return verifyExport(chainLines(audit, subject), { keys });
}

/** What the control plane itself names; to administrators of a tenant it names none. */
async function servedKeys(audit: AuditClient, { kind }: AuditSubject): Promise<readonly AuditPublicKey[]> {
  try {
    const served = await audit.key();
    if (served === undefined) return [];
    notice(`the key ${served.key_id} is what the control plane itself names; --public-key proves more`);
    return [readPublicKey(served.public_key)];
  } catch (error) {
    if (kind !== 'tenant' || !(error instanceof ApiError) || error.status !== 403) throw withAdvice(error);
    notice('administrators of the platform alone are told the key of the audit: give it with --public-key');
    return [];
  }
}

function publicKeyOf(path: string): AuditPublicKey {
  try {
    return readPublicKey(readFileSync(path, 'utf8'));
  } catch (error) {
    const why =
      error instanceof AuditError
        ? error.message
        : `cannot be read: ${(error as NodeJS.ErrnoException).code}`;
    throw new CommandFailure(`${path}: ${why}`, 1, { cause: error });
  }
}

function printReport(report: Verification): void {
  const { chains, problems, problemCount, signaturesChecked, intact, tornLines = 0 } = report;
  for (const { tenant, events, prunedTo, head, signatures, repeated } of chains) {
    const parts = [
      `${events} records`,
      ...(prunedTo === 0
        ? []
        : [repeated === undefined ? `pruned up to ${prunedTo}` : `from ${prunedTo + 1} on`]),
      ...(repeated === undefined || repeated === 0 ? [] : [`${repeated} repeated`]),
      ...(head === undefined ? [] : [`up to ${head.sequence} as of ${head.at}`]),
      ...(signaturesChecked ? [`${signatures} signatures hold`] : []),
    ];
    print(`${nameOf(tenant)}: ${parts.join(', ')}`);
  }
  if (tornLines > 0) print(`lines not written to their end: ${tornLines}`);
  for (const problem of problems) print(lineOf(problem));
  if (problemCount > problems.length) print(`… and ${problemCount - problems.length} more`);
  print(intact ? 'intact' : `NOT INTACT: ${problemCount} problems`);
  if (!signaturesChecked) {
    notice('no signature was checked: whoever could write to the database could have made the chains anew');
  }
}

function lineOf({ code, tenant, sequence, line, message }: ChainProblem): string {
  const where = [
    ...(tenant === undefined ? [] : [nameOf(tenant)]),
    ...(sequence === undefined ? [] : [`at ${sequence}`]),
    line === 0 ? 'end of the export' : `line ${line}`,
  ];
  return `${code.toUpperCase()}  ${where.join(', ')}: ${message}`;
}

function nameOf(tenant: string): string {
  return tenant === '' ? 'platform' : `tenant ${printable(tenant)}`;
}

function reportJson(report: Verification): unknown {
  const { intact, chains, problems, problemCount, signaturesChecked, tornLines } = report;
  return {
    intact,
    signatures_checked: signaturesChecked,
    problem_count: problemCount,
    torn_lines: tornLines,
    chains: chains.map(({ tenant, events, prunedTo, head, signatures, repeated }) => ({
      tenant_id: tenant,
      events,
      pruned_to: prunedTo,
      head,
      signatures,
      repeated,
    })),
    problems: problems.map(({ tenant, ...problem }) => ({ ...problem, tenant_id: tenant })),
  };
}
