import type { FleetStatus, HeartbeatBatch } from '@stacyvm/orchestrator';
import type { WorkerRecord } from '@stacyvm/store';
import type { CallLoad } from '@stacyvm/worker-rpc';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { readMetrics } from './read-metrics.js';
import type { WorkerCounts } from './worker-counts.js';

/** What is read of the fleet when the metrics are. */
export interface MeasuredFleet {
  status(): FleetStatus;
  /** Calls of workers that are under way, by kind. */
  workerCalls(): CallLoad;
  /** Whether hints of the database come in. */
  hintsConnected(): boolean;
  /** How many workers there are of each condition. */
  workersByCondition(): Promise<WorkerCounts>;
  /** The workers that are shown one by one. */
  shownWorkers(): Promise<readonly WorkerRecord[]>;
}

export interface FleetMetrics {
  heartbeatBatch(batch: HeartbeatBatch): void;
  /** A hint of the database came in, by its channel. */
  hint(channel: string): void;
  observeFleet(fleet: MeasuredFleet): void;
}

export function createFleetMetrics(registry: Registry): FleetMetrics {
  const registers = [registry];
  const batchSizes = new Histogram({
    name: 'stacyvm_heartbeat_batch_size',
    help: 'Heartbeats that were written together.',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  });
  const writeSeconds = new Histogram({
    name: 'stacyvm_heartbeat_write_duration_seconds',
    help: 'How long a batch of heartbeats took to be written.',
    labelNames: ['outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const hints = new Counter({
    name: 'stacyvm_database_hints_total',
    help: 'Hints of the database to look at once.',
    labelNames: ['channel'],
    registers,
  });
  return {
    heartbeatBatch({ heartbeats, seconds, outcome }) {
      batchSizes.observe(heartbeats);
      writeSeconds.observe({ outcome }, seconds);
    },
    hint: (channel) => hints.inc({ channel }),
    observeFleet: (fleet) => observe(registry, fleet),
  };
}

function observe(registry: Registry, fleet: MeasuredFleet): void {
  const registers = [registry];
  const { gauge } = readMetrics(registry);
  gauge('heartbeats_waiting', 'Heartbeats that are not stored yet.', () => fleet.status().waitingHeartbeats);
  gauge(
    'heartbeat_pace_seconds',
    'Time between two heartbeats that workers are asked for.',
    () => fleet.status().paceMs / 1000,
  );
  gauge(
    'control_planes',
    'Control planes that are there; 0 when this one does not know.',
    () => fleet.status().controlPlanes,
  );
  gauge(
    'fleet_listening_seconds',
    'Time for which one of the control planes has heard heartbeats without a gap.',
    () => fleet.status().listeningMs / 1000,
  );
  gauge('database_hints_connected', '1: hints of the database come in. 0: polling alone.', () =>
    Number(fleet.hintsConnected()),
  );
  new Gauge({
    name: 'stacyvm_worker_rpc_calls',
    help: 'Calls of workers that this control plane waits for: programs, spawns, short ones, and those that always have room.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, count] of Object.entries(fleet.workerCalls())) this.set({ kind }, count);
    },
  });
  new Gauge({
    name: 'stacyvm_workers',
    help: 'Workers, each by the first of these that it is: stale, draining, cordoned, online, other.',
    labelNames: ['condition'],
    registers,
    async collect() {
      for (const [condition, count] of Object.entries(await fleet.workersByCondition())) {
        this.set({ condition }, count);
      }
    },
  });
  new Counter({
    name: 'stacyvm_worker_flaps_total',
    help: 'How often a worker came back, as another process or after it was stale; all control planes tell the same.',
    labelNames: ['worker_id'],
    registers,
    async collect() {
      const workers = await fleet.shownWorkers();
      this.reset();
      for (const { id, flaps } of workers) this.inc({ worker_id: id }, flaps);
    },
  });
}
