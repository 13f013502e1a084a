import { keyFingerprint } from '@stacyvm/token';
import { presentMembers } from './json-encoding.js';
import { type Checked, schemaCheck } from './schema-check.js';

/** What a worker gets for its join token. `key` is a secret. */
export interface Enrolment {
  /** The worker's own signing key. */
  readonly key: string;
  readonly keyFingerprint: string;
  /** The pool that the worker belongs to; empty: none. */
  readonly pool: string;
}

/** What a worker says about itself when it enrols. */
export interface EnrolmentDetails {
  /** Names one run of the worker process. */
  readonly instanceId?: string | undefined;
  readonly hostname?: string | undefined;
}

interface EnrolmentDetailsWire {
  readonly instance_id?: string;
  readonly hostname?: string;
}

const WORD = { type: 'string', maxLength: 256 };

const checkDetails = schemaCheck<EnrolmentDetailsWire>({
  type: 'object',
  properties: { instance_id: WORD, hostname: WORD },
});

export function parseEnrolmentDetails(body: unknown): Checked<EnrolmentDetails> {
  const checked = checkDetails(presentMembers(body) ?? body);
  if (!checked.ok) return checked;
  const { instance_id: instanceId, hostname } = checked.value;
  return {
    ok: true,
    value: {
      ...(instanceId ? { instanceId } : {}),
      ...(hostname ? { hostname } : {}),
    },
  };
}

export function enrolmentDetailsToWire({ instanceId, hostname }: EnrolmentDetails): EnrolmentDetailsWire {
  return {
    ...(instanceId ? { instance_id: instanceId } : {}),
    ...(hostname ? { hostname } : {}),
  };
}

export function enrolmentToWire(
  workerId: string,
  enrolment: Enrolment,
  serverTime: string,
): Record<string, unknown> {
  return {
    worker_id: workerId,
    key: enrolment.key,
    key_fingerprint: enrolment.keyFingerprint,
    pool: enrolment.pool,
    server_time: serverTime,
  };
}

const checkEnrolment = schemaCheck<{
  readonly worker_id: string;
  readonly key: string;
  readonly key_fingerprint: string;
  readonly pool?: string;
}>({
  type: 'object',
  required: ['worker_id', 'key', 'key_fingerprint'],
  properties: {
    worker_id: { type: 'string' },
    key: { type: 'string', minLength: 32, maxLength: 4096 },
    key_fingerprint: { type: 'string' },
    pool: { type: 'string' },
  },
});

/** Reads what the control plane answers, and makes sure that it is for this worker and arrived whole. */
export function parseEnrolment(body: unknown, workerId: string): Checked<Enrolment> {
  const checked = checkEnrolment(presentMembers(body) ?? body);
  if (!checked.ok) return checked;
  const { worker_id, key, key_fingerprint, pool = '' } = checked.value;
  if (worker_id !== workerId) return { ok: false, problem: 'it is for another worker' };
  if (keyFingerprint(key) !== key_fingerprint) {
    return { ok: false, problem: 'the key does not have the fingerprint that it should' };
  }
  return { ok: true, value: { key, keyFingerprint: key_fingerprint, pool } };
}
