/** What a client asked for. */
export type Operation = 'spawn' | 'write' | 'read' | 'status' | 'destroy';

/** How a call ended. `unanswered`: the caller does not know what it did. */
export type Outcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'unanswered'; readonly detail: string }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly detail: string }
  /** An answer that no control plane may give. */
  | { readonly kind: 'nonsense'; readonly detail: string };

/** One call of one client. Times are `performance.now()`. */
export interface Call {
  readonly operation: Operation;
  readonly controlPlane: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Undefined for a spawn without an answer. */
  readonly sandboxId?: string | undefined;
  readonly workerId?: string | undefined;
  /** Spawned to expire while the test runs. */
  readonly shortLived?: boolean | undefined;
  /** What a write appends, and nobody else ever writes. */
  readonly line?: string | undefined;
  /** What a read found, in order. */
  readonly lines?: readonly string[] | undefined;
  readonly outcome: Outcome;
}

/** A sandbox's first process, seen alive on a worker. */
export interface Runtime {
  readonly sandboxId: string;
  readonly workerId: string;
  /** Tells this process from any other, before or after it. */
  readonly identity: string;
}

export interface Lease {
  readonly resourceId: string;
  readonly holderId: string;
  readonly generation: number;
  readonly expiresAt: Date;
}

/** What was there at one moment; `at` is before anything was looked at. */
export interface Sighting {
  readonly at: number;
  readonly runtimes: readonly Runtime[];
  /** Undefined while the database did not answer. Released ones are not in it. */
  readonly leases?: { readonly at: Date; readonly held: readonly Lease[] } | undefined;
}

/** Everything that was seen of one run, in the order in which it ended. */
export interface History {
  readonly calls: readonly Call[];
  readonly sightings: readonly Sighting[];
}
