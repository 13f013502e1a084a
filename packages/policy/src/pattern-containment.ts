import type { Pattern } from './pattern.js';
import type { PatternAutomaton } from './pattern-automaton.js';
import { PRINTABLE_CODES } from './printable.js';

/** Enough for patterns as people write them; what is beyond it stays unproven. */
const MAX_CONFIGURATIONS = 5_000;

/**
 * Proves that every text that `inner` matches is matched by `outer` too. It searches for a counterexample through all pairs of a
 * state of `inner` and the states that `outer` is in after the same text.
 *
 * @returns `false` when there is a counterexample, or when the search was given up: `true` is always proven
 */
export function containsPattern(outer: Pattern, inner: Pattern): boolean {
  if (!outer.automaton.matches(inner.example)) return false;
  const codes = representativeCodes(outer.automaton, inner.automaton);
  const accepting = inner.automaton.size - 1;
  const seen = new Map<number, Uint32Array[]>();
  const open: { readonly state: number; readonly reached: Uint32Array }[] = [];
  let budget = MAX_CONFIGURATIONS;
  const visit = (state: number, reached: Uint32Array) => {
    const known = seen.get(state) ?? [];
    // With fewer states `outer` has fewer ways to match, so a counterexample from here is one from there as well.
    if (known.some((other) => isSubset(other, reached))) return;
    seen.set(state, [...known, reached]);
    open.push({ state, reached });
  };
  visit(0, outer.automaton.start());
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    budget -= 1;
    if (budget < 0) return false;
    if (next.state === accepting && !outer.automaton.isAccepting(next.reached)) return false;
    for (const code of codes) {
      const loops = inner.automaton.loops(next.state, code);
      const advances = inner.automaton.advances(next.state, code);
      if (!loops && !advances) continue;
      const reached = next.reached.slice();
      outer.automaton.step(reached, code);
      if (loops) visit(next.state, reached);
      if (advances) visit(next.state + 1, reached);
    }
  }
  return true;
}

/** One code of each group that neither automaton tells apart. */
function representativeCodes(a: PatternAutomaton, b: PatternAutomaton): readonly number[] {
  const byColumns = new Map(PRINTABLE_CODES.map((code) => [`${a.columnOf(code)} ${b.columnOf(code)}`, code]));
  return [...byColumns.values()];
}

function isSubset(part: Uint32Array, whole: Uint32Array): boolean {
  return part.every((word, index) => (word & ~(whole[index] ?? 0)) === 0);
}
