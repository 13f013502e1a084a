import { decodeJson, presentMembers } from './json-encoding.js';
import { LEASE_SCHEMA, type LeaseToken, type LeaseTokenWire, leaseFromWire } from './lease-token.js';
import { isRpcMethodName, isUnservedMethod, type RpcMethodName } from './rpc-methods.js';
import { schemaCheck } from './schema-check.js';

/** An envelope of which only the types of the members are checked. */
export interface RpcEnvelope {
  readonly id: string;
  readonly method: string;
  readonly workerId: string;
  readonly lease: LeaseToken | undefined;
  /** Whether there are params at all; `null` counts as an empty object. */
  readonly hasParams: boolean;
  readonly params: unknown;
}

export interface EnvelopeRefusal {
  readonly status: 400 | 501;
  readonly message: string;
  readonly reason: string;
}

interface EnvelopeWire {
  readonly id?: string;
  readonly method?: string;
  readonly worker_id?: string;
  readonly lease?: Partial<LeaseTokenWire>;
  readonly params?: unknown;
}

const checkEnvelope = schemaCheck<EnvelopeWire>({
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 256 },
    method: { type: 'string', maxLength: 256 },
    worker_id: { type: 'string', maxLength: 256 },
    lease: LEASE_SCHEMA,
  },
});

/** Decodes the body of a call; undefined when it is not an envelope. */
export function decodeRpcEnvelope(body: Uint8Array): RpcEnvelope | undefined {
  const decoded = decodeJson(body);
  const members = presentMembers(decoded);
  if (members === undefined) return undefined;
  if (members['lease'] !== undefined) members['lease'] = presentMembers(members['lease']) ?? members['lease'];
  const checked = checkEnvelope(members);
  if (!checked.ok) return undefined;
  const wire = checked.value;
  return {
    id: wire.id ?? '',
    method: wire.method ?? '',
    workerId: (wire.worker_id ?? '').trim(),
    lease: wire.lease === undefined ? undefined : leaseFromWire(wire.lease),
    hasParams: Object.hasOwn(decoded as object, 'params'),
    params: wire.params ?? {},
  };
}

/** Checks the id and tells the method, or why there is none (worker protocol 4.7). */
export function resolveMethod(envelope: RpcEnvelope): RpcMethodName | EnvelopeRefusal {
  if (envelope.id.trim() === '') {
    return refusal('invalid worker message: id is required', 'id_required');
  }
  if (isRpcMethodName(envelope.method)) return envelope.method;
  if (isUnservedMethod(envelope.method)) {
    return {
      status: 501,
      message: 'worker RPC method is not implemented by this worker runtime',
      reason: 'method_not_implemented',
    };
  }
  return refusal(`unknown worker method: ${envelope.method}`, 'unknown_method');
}

export function refusal(message: string, reason: string): EnvelopeRefusal {
  return { status: 400, message, reason };
}
