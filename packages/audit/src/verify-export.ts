import { ChainState } from './chain-state.js';
import { AuditError } from './errors.js';
import { type ExportLine, isStatement, parseExportLine } from './export-line.js';
import type { AuditPublicKey } from './signing-key.js';
import { type AuditStatement, isSignedBy } from './statement.js';
import {
  type ChainProblem,
  type ChainProblemCode,
  MAX_SHOWN_PROBLEMS,
  type Verification,
} from './verification.js';

export interface VerifyOptions {
  /** Keys that statements may be signed with. Without any no signature is checked. */
  readonly keys?: readonly AuditPublicKey[];
}

/** Reads an export line by line, in memory that does not grow with it. */
export interface ExportVerifier {
  /** Without the line feed. */
  line(text: string): void;
  finish(): Verification;
}

/**
 * Verifies an export of one or several whole chains: that no record was changed, removed, added, moved or cut off, and
 * with keys also that the chains are those that were signed.
 */
export function createExportVerifier({ keys = [] }: VerifyOptions = {}): ExportVerifier {
  const chains = new Map<string, ChainState>();
  const problems: ChainProblem[] = [];
  let problemCount = 0;
  let number = 0;

  function report(problem: ChainProblem): void {
    problemCount += 1;
    if (problems.length < MAX_SHOWN_PROBLEMS) problems.push(problem);
  }

  const reporterOf =
    (tenant: string, line: number) =>
    (code: ChainProblemCode, sequence: number, message: string): void =>
      report({ code, tenant, sequence, line, message });

  function chainOf(tenant: string): ChainState {
    const known = chains.get(tenant);
    if (known !== undefined) return known;
    const chain = new ChainState(tenant);
    chains.set(tenant, chain);
    return chain;
  }

  /** Whether its signature was checked and holds. */
  function isProven(statement: AuditStatement): boolean {
    if (keys.length === 0) return false;
    const key = keys.find(({ keyId }) => keyId === statement.key_id);
    const tell = reporterOf(statement.tenant, number);
    const what = `the ${statement.statement}`;
    if (statement.signature === '') tell('unsigned', statement.sequence, `${what} is not signed`);
    else if (key === undefined)
      tell(
        'unknown_key',
        statement.sequence,
        `${what} is signed by the key ${statement.key_id}, which was not given`,
      );
    else if (!isSignedBy(statement, key))
      tell('bad_signature', statement.sequence, `the signature of ${what} does not hold`);
    else return true;
    return false;
  }

  return {
    line(text) {
      number += 1;
      let line: ExportLine;
      try {
        line = parseExportLine(text);
      } catch (error) {
        if (!(error instanceof AuditError)) throw error;
        report({ code: 'malformed', line: number, message: error.message });
        return;
      }
      const chain = chainOf(line.tenant);
      const tell = reporterOf(line.tenant, number);
      if (isStatement(line)) chain.statement(line, isProven(line), tell);
      else chain.record(line, tell);
    },

    finish() {
      for (const chain of chains.values()) chain.finish(reporterOf(chain.tenant, 0));
      if (chains.size === 0) report({ code: 'truncated', line: 0, message: 'the export has no chain' });
      return {
        intact: problemCount === 0,
        chains: [...chains.values()].map((chain) => chain.summary()),
        problems,
        problemCount,
        signaturesChecked: keys.length > 0,
      };
    },
  };
}

/** The same over all lines of a file or an answer. */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  options: VerifyOptions = {},
): Promise<Verification> {
  const verifier = createExportVerifier(options);
  for await (const line of lines) verifier.line(line);
  return verifier.finish();
}
