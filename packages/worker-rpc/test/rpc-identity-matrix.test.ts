import { createHmac } from 'node:crypto';
import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { createRevocationList, type RevocationEntry } from '../src/index.js';
import {
  envelope,
  MASTER_KEY,
  OTHER_KEY,
  post,
  startWorker,
  type TestWorker,
  WORKER,
} from './worker-fixture.js';

const OLD_KEY = 'the master key of last week, which only verifies';
const SIGNERS = ['derived', 'master'] as const;
const KEY_STATES = { active: MASTER_KEY, 'verify-only': OLD_KEY, removed: OTHER_KEY } as const;
const AUDIENCES = ['worker:rpc', 'worker:control-plane', undefined] as const;
const SCOPES: ReadonlyArray<readonly string[] | undefined> = [
  undefined,
  ['worker:status'],
  ['worker:exec'],
  ['worker:none'],
  ['worker:none', 'worker:status'],
];
const SUBJECTS = [WORKER, 'worker-b'] as const;
const PROFILES = ['strict', 'compatible'] as const;

/** What the worker holds: the master key as in the reference, or its own derived key alone. */
const HOLDINGS = ['master', 'derived'] as const;

const REVOCATIONS: Readonly<Record<string, RevocationEntry | undefined>> = {
  nothing: undefined,
  'the token': { kind: 'token', tokenId: 'matrix' },
  'the worker': { kind: 'worker', workerId: WORKER, issuedBefore: new Date('9999-12-31T00:00:00Z') },
  'older tokens': { kind: 'worker', workerId: WORKER, issuedBefore: new Date(Date.now() - 3_600_000) },
  'another token': { kind: 'token', tokenId: 'other' },
};

interface Presented {
  readonly signer: (typeof SIGNERS)[number];
  readonly keyState: keyof typeof KEY_STATES;
  readonly audience: (typeof AUDIENCES)[number];
  readonly scopes: readonly string[] | undefined;
  readonly subject: (typeof SUBJECTS)[number];
}

interface Holder {
  readonly holding: (typeof HOLDINGS)[number];
  readonly profile: (typeof PROFILES)[number];
  readonly revoked: string;
}

/** Worker protocol and DESIGN 3 and 4, written down a second time, in the order of the checks. */
function expected({ signer, keyState, audience, scopes, subject }: Presented, holder: Holder): string {
  if (keyState === 'removed') return '401 token_bad_signature';
  if (holder.holding === 'derived' && signer === 'master') return '401 token_bad_signature';
  if (holder.holding === 'derived' && subject !== WORKER) return '401 token_bad_signature';
  if (audience === undefined && holder.profile === 'strict') return '401 token_missing_claim';
  if (audience === 'worker:control-plane') return '401 token_audience_mismatch';
  if (subject !== WORKER) return '401 token_worker_mismatch';
  if (holder.revoked === 'the token' || holder.revoked === 'the worker') return '401 token_revoked';
  if (scopes?.join() === 'worker:none') return '401 token_no_valid_scopes';
  return scopes?.includes('worker:status') === false ? '403 missing_scope' : '200';
}

function* combinations(): Generator<Presented> {
  for (const signer of SIGNERS) {
    for (const keyState of Object.keys(KEY_STATES) as (keyof typeof KEY_STATES)[]) {
      for (const audience of AUDIENCES) {
        for (const scopes of SCOPES) {
          for (const subject of SUBJECTS) yield { signer, keyState, audience, scopes, subject };
        }
      }
    }
  }
}

function tokenOf({ signer, keyState, audience, scopes, subject }: Presented): string {
  const master = KEY_STATES[keyState];
  const key = signer === 'master' ? master : deriveWorkerKey(master, subject);
  const now = Math.floor(Date.now() / 1000);
  const claims = { worker_id: subject, jti: 'matrix', aud: audience, scopes, exp: now + 60, iat: now };
  const text = `stacyvm-worker-v1.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

function call(worker: TestWorker, token: string) {
  const headers = { 'x-worker-id': WORKER, 'x-worker-token': token };
  return post(`${worker.url}/rpc`, envelope('worker.status'), headers);
}

describe('the identity of a caller of RPC, every combination', function () {
  this.timeout(60_000);
  let worker: TestWorker | undefined;

  afterEach(async () => {
    await worker?.close();
    worker = undefined;
  });

  for (const holding of HOLDINGS) {
    for (const profile of PROFILES) {
      for (const [revoked, entry] of Object.entries(REVOCATIONS)) {
        it(`a worker with a ${holding} key, in the profile ${profile}, with ${revoked} revoked`, async () => {
          const keyOf = (master: string): string =>
            holding === 'master' ? master : deriveWorkerKey(master, WORKER);
          const revocations = createRevocationList();
          revocations.replace(1, entry === undefined ? [] : [entry]);
          const verifier = createWorkerTokenVerifier({
            keyring: createKeyring({ active: keyOf(MASTER_KEY), verifyOnly: [keyOf(OLD_KEY)] }),
            audience: 'worker:rpc',
            profile,
            isRevoked: revocations.isRevoked,
          });
          worker = await startWorker({ credentials: { verifier } });
          const wrong: string[] = [];
          let asked = 0;
          for (const presented of combinations()) {
            const { status, json } = await call(worker, tokenOf(presented));
            const got = status === 200 ? '200' : `${status} ${json['reason']}`;
            asked += 1;
            const right = expected(presented, { holding, profile, revoked });
            if (got !== right) wrong.push(`${JSON.stringify(presented)}: ${got}, not ${right}`);
          }
          expect(wrong).to.deep.equal([]);
          expect(asked).to.equal(180);
        });
      }
    }
  }

  it('a revoked key of a worker that holds its derived key', async () => {
    const key = deriveWorkerKey(MASTER_KEY, WORKER);
    const revocations = createRevocationList();
    revocations.replace(1, [{ kind: 'key', fingerprint: keyFingerprint(key) }]);
    const verifier = createWorkerTokenVerifier({
      keyring: createKeyring({ active: key }),
      audience: 'worker:rpc',
      isRevoked: revocations.isRevoked,
    });
    worker = await startWorker({ credentials: { verifier } });
    const presented = {
      signer: 'derived',
      keyState: 'active',
      audience: 'worker:rpc',
      scopes: undefined,
      subject: WORKER,
    } as const;
    const { status, json } = await call(worker, tokenOf(presented));
    expect([status, json['reason']]).to.deep.equal([401, 'token_revoked']);
  });
});
