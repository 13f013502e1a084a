import { KNOWN_KEYS, SECTIONS } from './known-keys.js';

/** Longer names are no slips of the keyboard, and comparing them would cost time. */
const MAX_LENGTH = 80;

/**
 * The key or section that was probably meant: the same name in another section, else the one of the fewest slips
 * (letters wrong, missing, too many, or two of them swapped) if these are few.
 */
export function suggestKey(unknown: string): string | undefined {
  if (unknown.length > MAX_LENGTH) return undefined;
  const lower = unknown.toLowerCase();
  const leaf = lower.split('.').at(-1);
  const near = nearest(lower, NAMES);
  if (near !== undefined && near.slips <= 1) return near.name;
  const samePlaces = [...KNOWN_KEYS.keys()].filter((key) => key.split('.').at(-1) === leaf);
  return nearest(lower, samePlaces, Number.POSITIVE_INFINITY)?.name ?? near?.name;
}

/** As `suggestKey`, of names of variables. */
export function suggestName(unknown: string, names: readonly string[]): string | undefined {
  return unknown.length > MAX_LENGTH ? undefined : nearest(unknown, names)?.name;
}

const NAMES: readonly string[] = [...KNOWN_KEYS.keys(), ...SECTIONS];

function nearest(
  unknown: string,
  names: readonly string[],
  most = Math.max(1, Math.min(3, Math.floor(unknown.length / 4))),
): { readonly name: string; readonly slips: number } | undefined {
  let best: { name: string; slips: number } | undefined;
  for (const name of names) {
    if (Math.abs(name.length - unknown.length) > Math.min(most, best?.slips ?? most)) continue;
    const slips = slipsBetween(unknown, name);
    if (slips <= most && (best === undefined || slips < best.slips)) best = { name, slips };
  }
  return best;
}

/** Edit distance with transpositions of neighbours (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let slips = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        slips = Math.min(slips, (beforeLast[column - 2] ?? 0) + 1);
      current.push(slips);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
