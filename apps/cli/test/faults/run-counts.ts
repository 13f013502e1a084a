import type { Fault } from './fault-plan.js';
import type { Call, Sighting } from './history.js';

/** What a run consisted of, in one line for each thing. */
export function countsOf(run: {
  readonly seed: number;
  readonly plan: readonly Fault[];
  readonly calls: readonly Call[];
  readonly sightings: readonly Sighting[];
  readonly whyNoNetworks: string | undefined;
}): string {
  const { seed, plan, calls, sightings, whyNoNetworks } = run;
  const runtimes = new Set(
    sightings.flatMap((sighting) => sighting.runtimes.map(({ identity }) => identity)),
  );
  return [
    `fault suite, seed ${seed}`,
    `  ${plan.length} faults: ${list(plan.map(({ kind }) => kind))}`,
    `  ${calls.length} calls: ${list(calls.map(wordOf))}`,
    `  ${sightings.length} sightings of ${runtimes.size} runtimes, ${sightings.filter(({ leases }) => leases === undefined).length} without the database`,
    ...(whyNoNetworks === undefined ? [] : [`  without network namespaces: ${whyNoNetworks}`]),
  ].join('\n');
}

function wordOf({ operation, outcome }: Call): string {
  return outcome.kind === 'refused'
    ? `${operation} ${outcome.reason}`
    : `${operation} ${outcome.kind === 'unanswered' ? `unanswered (${outcome.detail})` : outcome.kind}`;
}

function list(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, count]) => `${word} ${count}`)
    .join(', ');
}
