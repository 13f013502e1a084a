import { deriveWorkerKey, mintWorkerToken, WORKER_SCOPES, type WorkerScope } from '@stacyvm/token';
import { expect } from 'chai';
import { secret, startWorkerFixture, WORKER_ID, type WorkerFixture } from './worker-fixture.js';

type Json = Record<string, unknown>;

interface TokenOptions {
  readonly key?: string;
  readonly id?: string;
  readonly audience?: 'worker:control-plane' | 'worker:rpc';
  readonly scopes?: readonly WorkerScope[];
  readonly tokenId?: string;
  readonly at?: Date;
}

const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

describe('the RPC port of a worker', () => {
  const revoked = 'jti-revoked';
  let fixture: WorkerFixture;
  before(async () => {
    fixture = await startWorkerFixture({ 'auth.worker_revoked_token_ids': [revoked] });
  });
  after(() => fixture?.dispose());

  function token(options: TokenOptions = {}): string {
    const { key = deriveWorkerKey(fixture.signingKey, WORKER_ID), id = WORKER_ID, tokenId, at } = options;
    return mintWorkerToken({
      key,
      workerId: id,
      audience: options.audience ?? 'worker:rpc',
      ttlSeconds: 60,
      scopes: options.scopes ?? WORKER_SCOPES.filter((scope) => scope !== 'worker:heartbeat'),
      ...(tokenId === undefined ? {} : { tokenId }),
      ...(at === undefined ? {} : { now: at }),
    }).token;
  }

  async function post(
    headers: Readonly<Record<string, string>>,
    envelope: Json,
  ): Promise<readonly [number, Json]> {
    const response = await fetch(`${fixture.worker.rpcUrl}/rpc`, {
      method: 'POST',
      headers: { connection: 'close', ...headers },
      body: JSON.stringify(envelope),
    });
    return [response.status, (await response.json()) as Json];
  }

  const credential = (text: string, id = WORKER_ID) => ({ 'X-Worker-ID': id, 'X-Worker-Token': text });

  function spawnCall(sandboxId: string, workerId = WORKER_ID, holderId = WORKER_ID): Json {
    return {
      id: `call-${sandboxId}`,
      method: 'worker.spawn',
      worker_id: workerId,
      lease: {
        resource_id: sandboxId,
        holder_id: holderId,
        generation: 1,
        expires_at: new Date(Date.now() + 60_000).toISOString(),
      },
      params: { sandbox_id: sandboxId, image: 'host', provider: 'mock', memory_mb: 64, vcpus: 1 },
    };
  }

  it('serves a token of its own worker, its audience and its scopes', async () => {
    const [status, body] = await post(credential(token()), spawnCall('sb-own'));
    expect([status, (body['result'] as Json)['state']]).to.deep.equal([200, 'running']);
    await fixture.client.destroy({ sandboxId: 'sb-own' }, fixture.lease('sb-own', { generation: 2 }));
  });

  const other = 'worker-2';
  const refusals: readonly {
    readonly name: string;
    readonly headers: () => Readonly<Record<string, string>>;
    readonly envelope?: (id: string) => Json;
    readonly status?: number;
    readonly reason: string;
  }[] = [
    { name: 'no credential', headers: () => ({}), reason: 'credentials_missing' },
    { name: 'no token', headers: () => ({ 'X-Worker-ID': WORKER_ID }), reason: 'credentials_missing' },
    { name: 'no worker id', headers: () => ({ 'X-Worker-Token': token() }), reason: 'credentials_missing' },
    {
      name: 'a static token where there is none',
      headers: () => credential('a-static-token-of-some-length'),
      reason: 'static_token_not_allowed',
    },
    {
      name: 'a key of nobody',
      headers: () => credential(token({ key: secret() })),
      reason: 'token_bad_signature',
    },
    {
      name: "another worker's key",
      headers: () => credential(token({ key: deriveWorkerKey(fixture.signingKey, other) })),
      reason: 'token_bad_signature',
    },
    {
      name: 'a token for another worker',
      headers: () => credential(token({ id: other })),
      reason: 'token_worker_mismatch',
    },
    {
      name: "another worker's credential",
      headers: () => credential(token({ id: other, key: deriveWorkerKey(fixture.signingKey, other) }), other),
      reason: 'worker_mismatch',
    },
    {
      name: 'a token for the control plane, such as the worker itself presents',
      headers: () => credential(token({ audience: 'worker:control-plane', scopes: ['worker:heartbeat'] })),
      reason: 'token_audience_mismatch',
    },
    {
      name: 'an expired token',
      headers: () => credential(token({ at: ago(10) })),
      reason: 'token_expired',
    },
    {
      name: 'a token of the future',
      headers: () => credential(token({ at: ago(-10) })),
      reason: 'token_issued_in_future',
    },
    {
      name: 'a changed token',
      headers: () => credential(`${token().slice(0, -4)}AAAA`),
      reason: 'token_bad_signature',
    },
    {
      name: 'a revoked token',
      headers: () => credential(token({ tokenId: revoked })),
      reason: 'token_revoked',
    },
    {
      name: 'a token without the scope',
      headers: () => credential(token({ scopes: ['worker:status', 'worker:exec', 'worker:lease'] })),
      status: 403,
      reason: 'missing_scope',
    },
    {
      name: 'a call that is meant for another worker',
      headers: () => credential(token()),
      envelope: (id) => spawnCall(id, other),
      status: 403,
      reason: 'worker_mismatch',
    },
    {
      name: "another worker's lease",
      headers: () => credential(token()),
      envelope: (id) => spawnCall(id, WORKER_ID, other),
      status: 403,
      reason: 'lease_holder_mismatch',
    },
    {
      name: 'no lease',
      headers: () => credential(token()),
      envelope: (id) => ({ ...spawnCall(id), lease: undefined }),
      status: 400,
      reason: 'lease_required',
    },
  ];
  for (const [index, { name, headers, envelope = spawnCall, status = 401, reason }] of refusals.entries()) {
    it(`refuses ${name} with ${status} ${reason}, and starts nothing`, async () => {
      const id = `sb-refused-${index}`;
      const [answered, body] = await post(headers(), envelope(id));
      expect([answered, body['reason']]).to.deep.equal([status, reason]);
      const started = await fixture.client.status({ sandboxId: id }).catch((error: unknown) => error);
      expect(started).to.include({ status: 404, reason: 'sandbox_not_found' });
    });
  }

  it('accepts a token once for what has an effect', async () => {
    const once = credential(token());
    expect((await post(once, spawnCall('sb-once')))[0]).to.equal(200);
    const [status, body] = await post(once, spawnCall('sb-twice'));
    expect([status, body['reason']]).to.deep.equal([401, 'token_replayed']);
    await fixture.client.destroy({ sandboxId: 'sb-once' }, fixture.lease('sb-once', { generation: 2 }));
  });

  it('logs every refusal with its reason and without the token', async () => {
    const presented = token({ at: ago(10) });
    await post(credential(presented), spawnCall('sb-logged'));
    const text = fixture.logs.text();
    expect(text.match(/worker RPC call refused.*token_expired/g)).to.have.length.greaterThan(0);
    for (const part of presented.split('.').slice(1)) expect(text).not.to.contain(part);
    expect(text).not.to.contain(deriveWorkerKey(fixture.signingKey, WORKER_ID));
  });

  it('tells nobody which worker it is', async () => {
    const response = await fetch(`${fixture.worker.rpcUrl}/health`, { headers: { connection: 'close' } });
    expect(await response.json()).to.deep.equal({ status: 'ok' });
  });
});
