import type { Violation } from './checker.js';
import type { Call } from './history.js';

/**
 * Every read finds all lines whose writes were acknowledged before it began, and all that an earlier read found, in an
 * order that the writes can have had; no line twice, and none that was never written there.
 */
export function checkWrites(calls: readonly Call[]): readonly Violation[] {
  const bySandbox = new Map<string, Call[]>();
  for (const call of calls) {
    if (call.sandboxId === undefined) continue;
    const list = bySandbox.get(call.sandboxId) ?? [];
    list.push(call);
    bySandbox.set(call.sandboxId, list);
  }
  return [...bySandbox].flatMap(([id, ofSandbox]) => checkSandbox(id, ofSandbox));
}

function checkSandbox(id: string, calls: readonly Call[]): readonly Violation[] {
  const violations: Violation[] = [];
  const writes = new Map(
    calls.filter(({ operation }) => operation === 'write').map((call) => [call.line ?? '', call] as const),
  );
  const seen: { readonly endedAt: number; readonly lines: readonly string[] }[] = [];
  const reads = calls.filter(({ operation, outcome }) => operation === 'read' && outcome.kind === 'ok');
  for (const { lines = [], startedAt, endedAt } of reads) {
    const found = new Set(lines);
    const expected = new Set([
      ...[...writes.values()]
        .filter((write) => write.outcome.kind === 'ok' && write.endedAt < startedAt)
        .map(({ line = '' }) => line),
      ...seen.filter((earlier) => earlier.endedAt < startedAt).flatMap((earlier) => earlier.lines),
    ]);
    for (const line of expected) {
      if (!found.has(line)) violations.push({ rule: 'write_lost', detail: `${line} of ${id}` });
    }
    if (found.size !== lines.length) {
      const twice = lines.filter((line, index) => lines.indexOf(line) !== index);
      violations.push({ rule: 'written_twice', detail: `${twice.join(' ')} of ${id}` });
    }
    let latestStart = 0;
    for (const line of lines) {
      const write = writes.get(line);
      if (write === undefined || write.startedAt > endedAt) {
        violations.push({ rule: 'never_written', detail: `${line} of ${id}` });
      } else if (write.outcome.kind === 'ok' && write.endedAt < latestStart) {
        violations.push({ rule: 'out_of_order', detail: `${line} of ${id}` });
      } else {
        latestStart = Math.max(latestStart, write.startedAt);
      }
    }
    seen.push({ endedAt, lines });
  }
  return violations;
}
