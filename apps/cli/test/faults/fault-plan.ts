import type { LinkState } from './link-proxy.js';
import type { SeededRandom } from './seeded-random.js';

/** One fault: what happens to which part, when, and for how long. */
export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly target: string;
  /** Of a killed program: until it is started again. */
  readonly forMs: number;
}

export type FaultKind =
  | 'kill worker'
  | 'kill control plane'
  | 'pause worker'
  | 'pause control plane'
  | 'kill postgres'
  | 'pause postgres'
  | `${Exclude<LinkState, 'open'>} link to postgres`
  | `${Exclude<LinkState, 'open'>} link to worker`
  | `${Exclude<LinkState, 'open'>} link to control plane`;

export interface FaultTargets {
  readonly workers: readonly string[];
  readonly controlPlanes: readonly string[];
  /** Names of the links, by what they lead to. */
  readonly links: Readonly<Record<'postgres' | 'worker' | 'control plane', readonly string[]>>;
}

const STATES = ['cut', 'silent', 'slow'] as const;

export const FAULT_KINDS: readonly FaultKind[] = [
  'kill worker',
  'kill control plane',
  'pause worker',
  'pause control plane',
  'kill postgres',
  'pause postgres',
  ...STATES.flatMap((state) => [
    `${state} link to postgres` as const,
    `${state} link to worker` as const,
    `${state} link to control plane` as const,
  ]),
];

/** Faults over a time: every kind once in random order, then at random. They overlap. */
export function planFaults(
  random: SeededRandom,
  targets: FaultTargets,
  timing: { readonly durationMs: number; readonly meanGapMs: number; readonly longestMs: number },
): readonly Fault[] {
  const faults: Fault[] = [];
  let kinds: readonly FaultKind[] = [];
  let atMs = 0;
  for (;;) {
    atMs += random.between(timing.meanGapMs / 4, (timing.meanGapMs * 7) / 4);
    if (atMs > timing.durationMs) return faults;
    if (kinds.length === 0) kinds = random.shuffled(FAULT_KINDS);
    const kind = kinds[0]!;
    kinds = kinds.slice(1);
    faults.push({
      atMs,
      kind,
      target: random.pick(targetsOf(kind, targets)),
      forMs: random.between(200, timing.longestMs),
    });
  }
}

function targetsOf(kind: FaultKind, { workers, controlPlanes, links }: FaultTargets): readonly string[] {
  if (kind.endsWith('link to postgres')) return links.postgres;
  if (kind.endsWith('link to worker')) return links.worker;
  if (kind.endsWith('link to control plane')) return links['control plane'];
  if (kind.endsWith('worker')) return workers;
  return kind.endsWith('postgres') ? ['postgres'] : controlPlanes;
}
