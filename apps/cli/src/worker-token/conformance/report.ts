import { isDeepStrictEqual } from 'node:util';
import { table } from '../../output.js';
import { asciiJson } from '../printable.js';
import { shorten } from './answer-book.js';
import type { Exchange } from './exchange.js';
import type { Section, Vector } from './vectors.js';

export interface Mismatch {
  readonly id: string;
  readonly section: Section;
  readonly category: string;
  readonly why: string;
  readonly expected: Readonly<Record<string, unknown>>;
  /** The answer without its id; null when there was none. */
  readonly got: Readonly<Record<string, unknown>> | null;
}

export interface CategoryResult {
  readonly section: Section;
  readonly category: string;
  readonly passed: number;
  readonly total: number;
}

export interface ConformanceReport {
  readonly passed: number;
  readonly total: number;
  readonly categories: readonly CategoryResult[];
  readonly mismatches: readonly Mismatch[];
  readonly faults: readonly string[];
}

/** Compares answers with what the vectors expect. Members that no vector asks for are ignored. */
export function reportOf(vectors: readonly Vector[], { answers, faults }: Exchange): ConformanceReport {
  const categories = new Map<string, { section: Section; category: string; passed: number; total: number }>();
  const mismatches: Mismatch[] = [];
  for (const vector of vectors) {
    const { id, section, category, why, expected } = vector;
    const answer = answers.get(id);
    const passed = answer !== undefined && matches(expected, answer);
    const result = categories.get(`${section} ${category}`) ?? { section, category, passed: 0, total: 0 };
    result.total += 1;
    if (passed) result.passed += 1;
    else mismatches.push({ id, section, category, why, expected, got: withoutId(answer) });
    categories.set(`${section} ${category}`, result);
  }
  return {
    passed: vectors.length - mismatches.length,
    total: vectors.length,
    categories: [...categories.values()],
    mismatches,
    faults,
  };
}

/** The report for people. */
export function describeReport(report: ConformanceReport): string {
  const rows = report.categories.map(({ section, category, passed, total }) => [
    section,
    category === section ? '' : category,
    `${passed}`,
    `${total - passed}`,
  ]);
  const failed = report.total - report.passed;
  return [
    ...report.mismatches.map(describeMismatch),
    ...report.faults.map((fault) => `fault: ${fault}\n`),
    table(
      ['SECTION', 'CATEGORY', 'PASSED', 'FAILED'],
      [...rows, ['total', '', `${report.passed}`, `${failed}`]],
    ),
  ].join('\n');
}

function describeMismatch({ id, why, expected, got }: Mismatch): string {
  const answer = got === null ? 'no answer' : shorten(asciiJson(got));
  return `${id}: ${why}\n  expected ${asciiJson(expected)}\n  got      ${answer}\n`;
}

/** An absent member counts as null, which is how vectors write what a token does not have. */
function matches(
  expected: Readonly<Record<string, unknown>>,
  answer: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(expected).every(([name, value]) => isDeepStrictEqual(answer[name] ?? null, value));
}

function withoutId(answer: Readonly<Record<string, unknown>> | undefined): Mismatch['got'] {
  if (answer === undefined) return null;
  const { id: _, ...rest } = answer;
  return rest;
}
