import type { LinkState } from './link-proxy.js';
import type { SeededRandom } from './seeded-random.js';
import type { NetworkFault } from './worker-networks.js';

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
  | `${Exclude<LinkState, 'open'>} link to control plane`
  | `${NetworkFault} network`
  /** Killed while nothing passes its network, so that nobody is told. */
  | 'lose host';

export interface FaultTargets {
  readonly workers: readonly string[];
  readonly controlPlanes: readonly string[];
  /** Names of the links, by what they lead to. */
  readonly links: Readonly<Record<'postgres' | 'worker' | 'control plane', readonly string[]>>;
  /** Workers that have a network of their own; none where there are no namespaces. */
  readonly networks: readonly string[];
}

const STATES = ['cut', 'silent', 'slow'] as const;

const EVERYWHERE: readonly FaultKind[] = [
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
const WITH_NETWORKS: readonly FaultKind[] = ['unplug network', 'mute network', 'deafen network', 'lose host'];

/** The kinds of fault that can be had with these targets. */
export function faultKinds({ networks }: Pick<FaultTargets, 'networks'>): readonly FaultKind[] {
  return networks.length === 0 ? EVERYWHERE : [...EVERYWHERE, ...WITH_NETWORKS];
}

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
    atMs += random.between((timing.meanGapMs * 3) / 4, (timing.meanGapMs * 5) / 4);
    if (atMs > timing.durationMs) return faults;
    if (kinds.length === 0) kinds = random.shuffled(faultKinds(targets));
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

function targetsOf(
  kind: FaultKind,
  { workers, controlPlanes, links, networks }: FaultTargets,
): readonly string[] {
  if (WITH_NETWORKS.includes(kind)) return networks;
  if (kind.endsWith('link to postgres')) return links.postgres;
  if (kind.endsWith('link to worker')) return links.worker;
  if (kind.endsWith('link to control plane')) return links['control plane'];
  if (kind.endsWith('worker')) return workers;
  return kind.endsWith('postgres') ? ['postgres'] : controlPlanes;
}
