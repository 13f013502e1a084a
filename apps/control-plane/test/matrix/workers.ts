import { randomUUID } from 'node:crypto';
import { deriveWorkerKey, mintWorkerToken, type WorkerScope } from '@stacyvm/token';
import { joinTokenFor, revoke } from '../admin-calls.js';
import { secret } from '../control-plane-fixture.js';
import { credential } from '../worker-calls.js';
import type { Refusal, WorkerCaller } from './callers.js';
import { TRIED_WORKER, TTL_SECONDS, type World } from './world.js';

type Verdict = Refusal | 'granted';

interface Signed {
  readonly id?: string;
  readonly key?: string;
  readonly audience?: 'worker:control-plane' | 'worker:rpc';
  readonly scopes?: readonly WorkerScope[];
  readonly tokenId?: string;
  readonly issuedAt?: Date;
}

/** Whoever has something of the worker protocol to show, for the worker that is tried unless told. */
export async function makeWorkers({ fixture }: World): Promise<readonly WorkerCaller[]> {
  const revokedId = randomUUID();
  await revoke(fixture, { token_id: revokedId });
  await revoke(fixture, { worker_id: 'worker-revoked' });

  function signed(
    name: string,
    { id = TRIED_WORKER, key, audience = 'worker:control-plane', issuedAt, ...more }: Signed,
    { heartbeat, lease = heartbeat }: { readonly heartbeat: Verdict; readonly lease?: Verdict },
  ): WorkerCaller {
    const { token } = mintWorkerToken({
      key: key ?? deriveWorkerKey(fixture.signingKey, id),
      workerId: id,
      audience,
      ttlSeconds: TTL_SECONDS,
      ...(issuedAt === undefined ? {} : { now: issuedAt }),
      ...more,
    });
    const headers = credential(token, id);
    return { kind: 'worker', name, headers, heartbeat, lease, enrol: [401, 'join_token_missing'] };
  }
  async function joining(name: string, workerId: string, enrol: Verdict): Promise<WorkerCaller> {
    const { token } = await joinTokenFor(fixture, workerId);
    const nobody: Refusal = [401, 'credentials_missing'];
    const headers = { 'X-Join-Token': token };
    return { kind: 'worker', name, headers, heartbeat: nobody, lease: nobody, enrol };
  }

  const refused = (reason: string) => ({ heartbeat: [401, reason] as const });
  const missing: Refusal = [403, 'missing_scope'];
  return [
    signed('a worker token', {}, { heartbeat: 'granted' }),
    signed(
      'a worker token for heartbeats',
      { scopes: ['worker:heartbeat'] },
      { heartbeat: 'granted', lease: missing },
    ),
    signed(
      'a worker token for leases',
      { scopes: ['worker:lease'] },
      { heartbeat: missing, lease: 'granted' },
    ),
    signed(
      'a worker token of the audience rpc',
      { audience: 'worker:rpc' },
      refused('token_audience_mismatch'),
    ),
    signed('the token of another worker', { id: 'worker-other' }, { heartbeat: [403, 'worker_mismatch'] }),
    signed(
      'an expired worker token',
      { issuedAt: new Date(Date.now() - 2_000_000) },
      refused('token_expired'),
    ),
    signed('a revoked worker token', { tokenId: revokedId }, refused('token_revoked')),
    signed('the token of a revoked worker', { id: 'worker-revoked' }, refused('token_revoked')),
    signed('a worker token of an unknown key', { key: secret() }, refused('token_bad_signature')),
    await joining('a join token', TRIED_WORKER, 'granted'),
    await joining('the join token of another worker', 'worker-other', [401, 'join_token_other_worker']),
  ];
}
