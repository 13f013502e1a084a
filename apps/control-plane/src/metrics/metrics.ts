import type { RpcRefusal, SpawnQueueStats } from '@stacyvm/orchestrator';
import type { Store, WorkerRecord } from '@stacyvm/store';
import type { TlsRefusalReason, WorkerAuthentication, WorkerRefusalEvent } from '@stacyvm/worker-rpc';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CallerAuthentication } from '../callers/live-callers.js';
import type { HeldAnswersStatus } from '../held-answers.js';
import type { RevocationsStatus } from '../revocations/live-revocations.js';
import { observeHeldAnswers } from './answer-metrics.js';
import { type MeasuredAudit, observeAudit } from './audit-metrics.js';
import { type MeasuredEdge, observeEdge } from './edge-metrics.js';
import { createFleetMetrics, type FleetMetrics } from './fleet-metrics.js';
import { observeQuotas } from './quota-metrics.js';
import { readMetrics } from './read-metrics.js';
import { observeSpawnQueue } from './spawn-queue-metrics.js';
import { type MeasuredTls, observeTls } from './tls-metrics.js';
import { credentialLabels } from './worker-credentials.js';

/** What is read when the metrics are. */
export interface MeasuredState {
  revocations(): RevocationsStatus;
  /** How many sandboxes there are in each state. */
  sandboxesByState(): Promise<ReadonlyMap<string, number>>;
  /** The workers that are shown one by one. */
  shownWorkers(): Promise<readonly WorkerRecord[]>;
}

/** An answered HTTP request. */
export interface AnsweredRequest {
  /** Of the contract, `worker_protocol`, or `none`. */
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
}

/** Counts what happens. Labels come from sets that do not grow with callers; only a bounded number of workers is named. */
export interface Metrics extends FleetMetrics {
  authentication(authentication: WorkerAuthentication): void;
  callerAuthentication(authentication: CallerAuthentication): void;
  heartbeat(): void;
  workerRefusal(event: Pick<WorkerRefusalEvent, 'status' | 'reason'>): void;
  tokenIssued(audience: string): void;
  enrolment(outcome: string): void;
  rpcRefusal(refusal: RpcRefusal): void;
  /** A connection that its TLS handshake has not brought about. */
  tlsRefusal(reason: TlsRefusalReason): void;
  request(request: AnsweredRequest): void;
  /** A request that was answered with 429. */
  limitReached(reason: string): void;
  /** From now on these are read as well. */
  observe(state: MeasuredState): void;
  observeEdge(edge: MeasuredEdge): void;
  observeTls(tls: MeasuredTls): void;
  observeSpawnQueue(stats: () => SpawnQueueStats): void;
  observeHeldAnswers(status: () => HeldAnswersStatus): void;
  observeQuotas(store: Pick<Store, 'quotas'>, clock: () => Date): void;
  observeAudit(audit: MeasuredAudit): void;
  /** Everything, in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What a worker says about a refusal is its own text, which must not make up labels. */
const REASON = /^[a-z_]{1,40}$/;
const MAX_RPC_REASONS = 50;

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter<Label>({ name: `stacyvm_${name}`, help, labelNames: [...labelNames], registers });

  const authentications = counter(
    'worker_authentications_total',
    'Credentials that workers presented, by outcome, reason of refusal and key.',
    ['outcome', 'reason', 'form', 'key_role', 'key_fingerprint'],
  );
  const callerAuthentications = counter(
    'caller_authentications_total',
    'Callers of the API, by outcome, kind of the principal and reason of refusal.',
    ['outcome', 'kind', 'reason'],
  );
  const staticUses = counter('worker_static_credential_uses_total', 'Static tokens that were accepted.', [
    'kind',
  ]);
  const heartbeats = counter('worker_heartbeats_total', 'Heartbeats that were recorded.');
  const workerRefusals = counter('worker_request_refusals_total', 'Requests of workers that were refused.', [
    'status',
    'reason',
  ]);
  const issuances = counter('worker_token_issuances_total', 'Worker tokens that were issued.', ['audience']);
  const enrolments = counter('worker_enrolments_total', 'Attempts to redeem a join token.', ['outcome']);
  const rpcRefusals = counter('worker_rpc_refusals_total', 'Calls that a worker did not let in.', ['reason']);
  const tlsRefusals = counter('tls_refusals_total', 'Connections that were refused in their TLS handshake.', [
    'reason',
  ]);
  const limitsReached = counter('limit_refusals_total', 'Requests that were answered with 429, by reason.', [
    'reason',
  ]);
  const requests = new Histogram({
    name: 'stacyvm_http_request_duration_seconds',
    help: 'How long requests took to be answered.',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  });
  const fleetMetrics = createFleetMetrics(registry);
  const rpcReasons = new Set<string>();

  function rpcReasonOf({ code, reason = code }: RpcRefusal): string {
    if (!REASON.test(reason)) return 'other';
    if (!rpcReasons.has(reason) && rpcReasons.size >= MAX_RPC_REASONS) return 'other';
    rpcReasons.add(reason);
    return reason;
  }

  return {
    ...fleetMetrics,
    authentication(authentication) {
      const none = { reason: '', form: '', key_role: '', key_fingerprint: '' };
      if (!authentication.ok) {
        authentications.inc({ ...none, outcome: 'refused', reason: authentication.reason });
        return;
      }
      const { credential } = authentication;
      if (credential.form === 'static') {
        authentications.inc({ ...none, outcome: 'accepted', form: 'static' });
        staticUses.inc({ kind: credential.kind });
        return;
      }
      const { form, keyRole, keyFingerprint } = credential;
      authentications.inc({
        outcome: 'accepted',
        reason: '',
        form,
        key_role: keyRole,
        key_fingerprint: keyFingerprint,
      });
    },
    callerAuthentication(authentication) {
      callerAuthentications.inc(
        authentication.ok
          ? { outcome: 'accepted', kind: authentication.principal.kind, reason: '' }
          : { outcome: 'refused', kind: '', reason: authentication.refusal.code },
      );
    },
    heartbeat: () => heartbeats.inc(),
    workerRefusal: ({ status, reason }) => workerRefusals.inc({ status: String(status), reason }),
    tokenIssued: (audience) => issuances.inc({ audience }),
    enrolment: (outcome) => enrolments.inc({ outcome }),
    rpcRefusal: (refusal) => rpcRefusals.inc({ reason: rpcReasonOf(refusal) }),
    tlsRefusal: (reason) => tlsRefusals.inc({ reason }),
    request: ({ operation, status, seconds }) =>
      requests.observe({ operation, status: String(status) }, seconds),
    limitReached: (reason) => limitsReached.inc({ reason }),
    observe: (state) => observeState(registry, state),
    observeEdge: (edge) => observeEdge(registry, edge),
    observeTls: (tls) => observeTls(registry, tls),
    observeSpawnQueue: (stats) => observeSpawnQueue(registry, stats),
    observeHeldAnswers: (status) => observeHeldAnswers(registry, status),
    observeQuotas: (store, clock) => observeQuotas(registry, store, clock),
    observeAudit: (audit) => observeAudit(registry, audit),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function observeState(registry: Registry, state: MeasuredState): void {
  const registers = [registry];
  const { gauge } = readMetrics(registry);
  const revocations = () => state.revocations();
  gauge(
    'revocation_list_version',
    'Version of the list of revocations; control planes that know the same have the same.',
    () => revocations().version,
  );
  gauge('revocation_list_entries', 'Revocations in force.', () => revocations().entries);
  gauge(
    'revocation_list_age_seconds',
    'Since the list of revocations was last read with success.',
    () => revocations().ageMs / 1000,
  );
  new Gauge({
    name: 'stacyvm_worker_last_heartbeat_timestamp_seconds',
    help: 'When a worker was last heard of, with the credential that it showed then.',
    labelNames: ['worker_id', 'form', 'kind', 'key_role', 'key_fingerprint', 'profile'],
    registers,
    async collect() {
      const workers = await state.shownWorkers();
      this.reset();
      for (const worker of workers) this.set(credentialLabels(worker), worker.lastHeartbeat.getTime() / 1000);
    },
  });
  new Gauge({
    name: 'stacyvm_sandboxes',
    help: 'Sandboxes that are not destroyed, by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      const counts = await state.sandboxesByState();
      this.reset();
      for (const [name, count] of counts) this.set({ state: name }, count);
    },
  });
}
