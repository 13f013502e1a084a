import type { ConfigProblem } from './errors.js';
import type { Origin } from './origin.js';

const RANK: Readonly<Record<Origin['kind'], number>> = {
  file: 0,
  environment: 1,
  flag: 2,
  secret_file: 3,
  derived: 4,
  default: 5,
};

/** Sorts problems by the place in the file, then by the name of the variable, then by the flag. */
export function orderProblems(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted(
    (a, b) =>
      RANK[a.origin.kind] - RANK[b.origin.kind] ||
      (a.origin.line ?? 0) - (b.origin.line ?? 0) ||
      (a.origin.column ?? 0) - (b.origin.column ?? 0) ||
      compare(a.origin.name, b.origin.name) ||
      compare(a.key, b.key) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
