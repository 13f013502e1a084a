import { AuditError } from './errors.js';
import { type ExportLine, isStatement, parseExportLine } from './export-line.js';
import { SinkChain } from './sink-chain.js';
import {
  type ChainProblem,
  type ChainProblemCode,
  MAX_SHOWN_PROBLEMS,
  type Verification,
} from './verification.js';

/**
 * Verifies the lines that a sink of the control plane got: records of chains that begin anywhere, that stand among each
 * other, and that come again after a crash. Proves that in between nothing was changed, removed or added. Nothing in it is
 * signed and nobody says where a chain ends, so that of its end more may be missing; `prunedTo` is what was before it.
 *
 * A line that is no JSON is what a process that was killed has left; it is counted, because its record comes again.
 */
export async function verifySink(lines: AsyncIterable<string> | Iterable<string>): Promise<Verification> {
  const chains = new Map<string, SinkChain>();
  const problems: ChainProblem[] = [];
  let problemCount = 0;
  let number = 0;
  let tornLines = 0;

  const reporterOf =
    (tenant: string | undefined, line: number) =>
    (code: ChainProblemCode, sequence: number | undefined, message: string): void => {
      problemCount += 1;
      if (problems.length === MAX_SHOWN_PROBLEMS) return;
      problems.push({
        code,
        line,
        message,
        ...(tenant === undefined ? {} : { tenant }),
        ...(sequence === undefined ? {} : { sequence }),
      });
    };

  for await (const text of lines) {
    number += 1;
    if (!isJson(text)) {
      tornLines += 1;
      continue;
    }
    let line: ExportLine;
    try {
      line = parseExportLine(text);
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      reporterOf(undefined, number)('malformed', undefined, error.message);
      continue;
    }
    const tell = reporterOf(line.tenant, number);
    if (isStatement(line)) {
      tell(
        'added',
        line.sequence,
        `a ${line.statement} stands where sinks get records alone; is it an export?`,
      );
      continue;
    }
    const chain = chains.get(line.tenant) ?? new SinkChain(line.tenant);
    chains.set(line.tenant, chain);
    chain.record(line, tell);
  }
  for (const chain of chains.values()) chain.finish(reporterOf(chain.tenant, 0));
  if (chains.size === 0) reporterOf(undefined, 0)('truncated', undefined, 'there is no record');
  return {
    intact: problemCount === 0,
    chains: [...chains.values()].map((chain) => chain.summary()),
    problems,
    problemCount,
    signaturesChecked: false,
    tornLines,
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
