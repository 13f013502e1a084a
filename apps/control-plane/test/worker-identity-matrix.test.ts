import { createHmac } from 'node:crypto';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { revoke, unrevoke } from './admin-calls.js';
import { type Fixture, secret, startFixture } from './control-plane-fixture.js';
import { credential, send, WORKER } from './worker-calls.js';

const PROFILES = ['strict', 'compatible'] as const;
const KEY_SCOPES = ['any', 'derived'] as const;
const REVOCATIONS = [
  'nothing',
  'the token',
  'the worker',
  'older tokens',
  'the key',
  'another worker',
] as const;
const SIGNERS = ['derived', 'master'] as const;
const KEY_STATES = ['active', 'verify-only', 'removed'] as const;
const AUDIENCES = ['worker:control-plane', 'worker:rpc', undefined] as const;
const SCOPES: ReadonlyArray<readonly string[] | undefined> = [
  undefined,
  ['worker:heartbeat'],
  ['worker:lease'],
  ['worker:none'],
  ['worker:none', 'worker:heartbeat'],
];

interface Presented {
  readonly signer: (typeof SIGNERS)[number];
  readonly keyState: (typeof KEY_STATES)[number];
  readonly audience: (typeof AUDIENCES)[number];
  readonly scopes: readonly string[] | undefined;
}

interface Server {
  readonly profile: (typeof PROFILES)[number];
  readonly keyScope: (typeof KEY_SCOPES)[number];
  readonly revoked: (typeof REVOCATIONS)[number];
}

/** Worker protocol and DESIGN 3, written down a second time, in the order of the checks. */
function expected({ signer, keyState, audience, scopes }: Presented, server: Server): string {
  if (keyState === 'removed') return '401 token_bad_signature';
  if (signer === 'master' && server.keyScope === 'derived') return '401 token_bad_signature';
  if (audience === undefined && server.profile === 'strict') return '401 token_missing_claim';
  if (audience === 'worker:rpc') return '401 token_audience_mismatch';
  if (server.revoked === 'the token' || server.revoked === 'the worker') return '401 token_revoked';
  if (server.revoked === 'the key' && keyState === 'active') return '401 token_revoked';
  if (scopes?.join() === 'worker:none') return '401 token_no_valid_scopes';
  return scopes?.includes('worker:heartbeat') === false ? '403 missing_scope' : '200';
}

describe('the identity of a worker, every combination', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  const keys = { 'verify-only': secret(), removed: secret() };
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  const now = () => Math.floor(Date.now() / 1000);
  const masterOf = (state: Presented['keyState']) => (state === 'active' ? fixture.signingKey : keys[state]);

  function token({ signer, keyState, audience, scopes }: Presented): string {
    const master = masterOf(keyState);
    const key = signer === 'master' ? master : deriveWorkerKey(master, WORKER);
    const claims = { worker_id: WORKER, jti: 'matrix', aud: audience, scopes, exp: now() + 60, iat: now() };
    const text = `stacyvm-worker-v1.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  }

  const answerTo = async (presented: string): Promise<string> => {
    const { status, body } = await send(fixture, { headers: credential(presented) });
    return status === 200 ? '200' : `${status} ${body['reason']}`;
  };

  const subjectOf: Readonly<Record<Server['revoked'], () => Record<string, unknown> | undefined>> = {
    nothing: () => undefined,
    'the token': () => ({ token_id: 'matrix' }),
    'the worker': () => ({ worker_id: WORKER }),
    'older tokens': () => ({ worker_id: WORKER, issued_before: new Date(Date.now() - 60_000).toISOString() }),
    'the key': () => ({ key_fingerprint: keyFingerprint(fixture.signingKey) }),
    'another worker': () => ({ worker_id: 'worker-2' }),
  };

  for (const revoked of REVOCATIONS) {
    for (const profile of PROFILES) {
      for (const keyScope of KEY_SCOPES) {
        it(`signed, with ${revoked} revoked, in the profile ${profile}, with keys of scope ${keyScope}`, async () => {
          const server = { profile, keyScope, revoked };
          fixture.reload({
            'auth.worker_signing_keys': [keys['verify-only']],
            'auth.worker_token_profile': profile,
            'auth.worker_key_scope': keyScope,
          });
          const subject = subjectOf[revoked]();
          const id = subject === undefined ? undefined : await revoke(fixture, subject);
          const wrong: string[] = [];
          let asked = 0;
          for (const presented of combinations()) {
            const answer = await answerTo(token(presented));
            asked += 1;
            const right = expected(presented, server);
            if (answer !== right) wrong.push(`${JSON.stringify(presented)}: ${answer}, not ${right}`);
          }
          if (id !== undefined) await unrevoke(fixture, id);
          expect(wrong).to.deep.equal([]);
          expect(asked).to.equal(90);
        });
      }
    }
  }

  const [shared, own] = [secret(), secret()];
  const statics: ReadonlyArray<{
    readonly presented: string;
    readonly hasOwn: boolean;
    readonly migration: 'none' | 'warn' | 'strict';
    readonly revoked: 'nothing' | 'the worker' | 'older tokens' | 'the key';
  }> = [own, shared, 'neither-of-the-two-tokens'].flatMap((presented) =>
    [true, false].flatMap((hasOwn) =>
      (['none', 'warn', 'strict'] as const).flatMap((migration) =>
        (['nothing', 'the worker', 'older tokens', 'the key'] as const).map((revoked) => ({
          presented,
          hasOwn,
          migration,
          revoked,
        })),
      ),
    ),
  );

  it('static, shared or its own, with each migration and revocation', async () => {
    const wrong: string[] = [];
    for (const { presented, hasOwn, migration, revoked } of statics) {
      fixture.reload({
        'auth.worker_token': shared,
        ...(hasOwn ? { 'auth.worker_tokens': { [WORKER]: own } } : {}),
        'auth.worker_token_migration': migration,
      });
      const subject = subjectOf[revoked]();
      const id = subject === undefined ? undefined : await revoke(fixture, subject);
      const answer = await answerTo(presented);
      if (id !== undefined) await unrevoke(fixture, id);
      const right = ((): string => {
        if (migration === 'strict') return '401 static_token_refused';
        if (presented !== (hasOwn ? own : shared)) return '401 static_token_mismatch';
        return revoked === 'the worker' ? '401 token_revoked' : '200';
      })();
      if (answer !== right) {
        const name = presented === own ? 'own' : presented === shared ? 'shared' : 'wrong';
        wrong.push(`${name} hasOwn=${hasOwn} ${migration} ${revoked}: ${answer}, not ${right}`);
      }
    }
    expect(wrong).to.deep.equal([]);
    expect(statics).to.have.length(72);
  });

  it('warn tells of each worker once, strict of none, and neither shows a token', async () => {
    const told = () =>
      fixture.logs
        .records('worker uses a static token; give it a key of its own')
        .map((record) => record['worker_id']);
    expect(told()).to.deep.equal([WORKER]);
    fixture.reload({ 'auth.worker_token': shared, 'auth.worker_token_migration': 'warn' });
    for (let n = 0; n < 3; n += 1) {
      await send(fixture, { path: 'Worker.3/heartbeat', headers: credential(shared, 'Worker.3') });
    }
    expect(told()).to.deep.equal([WORKER, 'Worker.3']);
    for (const text of [shared, own]) expect(fixture.logs.text()).not.to.contain(text);
  });

  it('keeps the case and the dots of an id that has a token of its own', async () => {
    const id = 'Worker.With-Capitals_1';
    fixture.reload({ 'auth.worker_token': shared, 'auth.worker_tokens': { [id]: own } });
    const asked = async (presented: string, workerId: string) =>
      (await send(fixture, { path: `${workerId}/heartbeat`, headers: credential(presented, workerId) }))
        .status;
    expect(await asked(own, id)).to.equal(200);
    expect(await asked(shared, id), 'shut out').to.equal(401);
    expect(await asked(shared, id.toLowerCase())).to.equal(200);
    expect((await fixture.store.workers.get(id))?.credential).to.deep.equal({
      form: 'static',
      kind: 'worker',
    });
  });
});

function combinations(): readonly Presented[] {
  return SIGNERS.flatMap((signer) =>
    KEY_STATES.flatMap((keyState) =>
      AUDIENCES.flatMap((audience) => SCOPES.map((scopes) => ({ signer, keyState, audience, scopes }))),
    ),
  );
}
