import { createServer, type RequestListener } from 'node:http';
import { deriveWorkerKey, inspectWorkerToken, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { createRpcClient, type RpcClient } from '../src/index.js';
import {
  failureOf,
  lease,
  listen,
  MASTER_KEY,
  OTHER_KEY,
  type RotatingVerifier,
  rotatingVerifier,
  startWorker,
  type TestServer,
  type TestWorker,
  WORKER,
} from './worker-fixture.js';

const OLD = deriveWorkerKey(MASTER_KEY, WORKER);
const NEW = deriveWorkerKey(OTHER_KEY, WORKER);
const TARGET = { sandboxId: 'sb-1' };
const EXEC = { ...TARGET, command: 'echo' };

describe('fallback keys of an RPC client', () => {
  let worker: TestWorker;
  let verifier: RotatingVerifier;
  let client: RpcClient;

  /** A worker that knows the old key, called by a control plane that has the new one already. */
  beforeEach(async () => {
    verifier = rotatingVerifier('worker:rpc', OLD);
    worker = await startWorker({
      credentials: { verifier },
      replaced: {
        async exec(_params, { onOutput }) {
          await onOutput('stdout', Buffer.from('out'));
          return { exitCode: 0, timedOut: false, durationMs: 1 };
        },
      },
    });
    client = worker.client({ credential: { kind: 'signed', key: NEW, fallbackKeys: [OLD] } });
  });
  afterEach(() => worker.close());

  it('serve every call of a worker that knows the old key alone, each with one effect', async () => {
    const calls: ReadonlyArray<() => Promise<unknown>> = [
      () => client.spawn({ ...TARGET, image: 'host', memoryMb: 1, vcpus: 1 }, lease()),
      () => client.exec(EXEC),
      () => client.execStream(EXEC, { onOutput: () => undefined }),
      () => client.status(TARGET),
      () => client.logs(TARGET),
      () => client.destroy(TARGET, lease()),
      () => client.shutdown(),
    ];
    for (const call of calls) await call();
    expect(worker.methods.calls).to.deep.equal([
      'spawn sb-1',
      'exec sb-1',
      'exec sb-1',
      'status sb-1',
      'logs sb-1',
      'destroy sb-1',
      'shutdown',
    ]);
    // Asked for once: from then on the key that was accepted comes first.
    expect(worker.reasons).to.deep.equal(['token_bad_signature']);
  });

  it('serve a stream that begins with a refusal, without losing output', async () => {
    const output: string[] = [];
    const outcome = await client.execStream(EXEC, { onOutput: (_stream, data) => void output.push(data) });
    expect([output, outcome.exitCode]).to.deep.equal([['out'], 0]);
    expect(worker.reasons).to.deep.equal(['token_bad_signature']);
    expect(worker.methods.calls).to.deep.equal(['exec sb-1']);
  });

  it('drop no call while both sides go from key to key, whichever goes first', async () => {
    for (const keys of [[OLD], [OLD, NEW], [NEW, OLD], [NEW], [NEW, OLD], [OLD]]) {
      verifier.use(...keys);
      await Promise.all([
        client.exec(EXEC),
        client.execStream(EXEC, { onOutput: () => undefined }),
        client.status(TARGET),
      ]);
    }
    expect(worker.methods.calls).to.have.length(18);
  });

  it('are tried when the key is revoked', async () => {
    await worker.close();
    worker = await startWorker({
      isRevoked: ({ signingKeyFingerprint }) => signingKeyFingerprint === keyFingerprint(OLD),
      credentials: {},
    });
    const both = worker.client({ credential: { kind: 'signed', key: OLD, fallbackKeys: [NEW] } });
    // The worker does not know the other key either: what it says of the last one is what the caller hears.
    expect(await failureOf(both.exec(EXEC))).to.include({
      code: 'unauthorized',
      reason: 'token_bad_signature',
    });
    expect(worker.reasons).to.deep.equal(['token_revoked', 'token_bad_signature']);
  });

  it('are tried once each, and the refusal is passed on with its outcome', async () => {
    verifier.use('a key that only the worker knows, of enough bytes');
    const failure = await failureOf(client.exec(EXEC));
    expect(failure).to.include({
      code: 'unauthorized',
      reason: 'token_bad_signature',
      outcome: 'not_executed',
    });
    expect(worker.reasons).to.have.length(2);
    expect(worker.methods.calls).to.deep.equal([]);
  });

  it('are tried once when one is the key itself', async () => {
    verifier.use('a key that only the worker knows, of enough bytes');
    const same = worker.client({ credential: { kind: 'signed', key: NEW, fallbackKeys: [`${NEW}\n`] } });
    await failureOf(same.status(TARGET));
    expect(worker.reasons).to.have.length(1);
  });

  it('are not tried for a refusal of another kind', async () => {
    const clock = (): Date => new Date(Date.now() - 3_600_000);
    const late = worker.client({ credential: { kind: 'signed', key: OLD, fallbackKeys: [NEW] }, clock });
    expect(await failureOf(late.exec(EXEC))).to.include({ reason: 'token_expired' });
    expect(worker.reasons).to.deep.equal(['token_expired']);
  });

  describe('against a peer of our own making', () => {
    const servers: TestServer[] = [];
    let seen: string[];

    afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

    async function against(listener: RequestListener, timeoutMs = 5_000): Promise<RpcClient> {
      seen = [];
      const server = await listen(
        createServer((request, response) => {
          seen.push(String(request.headers['x-worker-token']));
          request.resume();
          request.on('end', () => listener(request, response));
        }),
      );
      servers.push(server);
      return createRpcClient({
        workerId: WORKER,
        rpcUrl: server.url,
        credential: { kind: 'signed', key: NEW, fallbackKeys: [OLD] },
        timeouts: { statusMs: timeoutMs },
      });
    }

    it('are tried when a reference worker gives no reason', async () => {
      const peer = await against((_request, response) => {
        response.writeHead(401).end('{"code":"UNAUTHORIZED","message":"invalid or missing credentials"}');
      });
      expect(await failureOf(peer.status(TARGET))).to.include({ code: 'unauthorized', status: 401 });
      expect(seen).to.have.length(2);
      peer.close();
    });

    it('sign a token of their own, with an id of its own', async () => {
      const peer = await against((_request, response) => {
        response.writeHead(401).end('{"reason":"token_bad_signature","message":"no"}');
      });
      await failureOf(peer.status(TARGET));
      const [first, second] = seen.map((token) => inspectWorkerToken(token));
      expect(first?.tokenId).not.to.equal(second?.tokenId);
      expect(second?.scopes).to.deep.equal(['worker:status']);
      peer.close();
    });

    it('are not tried when the same reason comes with another status', async () => {
      const peer = await against((_request, response) => {
        response.writeHead(500).end('{"error":"no","reason":"token_bad_signature"}');
      });
      expect(await failureOf(peer.status(TARGET))).to.include({ outcome: 'unknown' });
      expect(seen).to.have.length(1);
      peer.close();
    });

    it('share the time of one call', async () => {
      const peer = await against((_request, response) => {
        if (seen.length > 1) return;
        setTimeout(() => response.writeHead(401).end('{"reason":"token_bad_signature"}'), 100);
      }, 1_500);
      const failure = await failureOf(peer.status(TARGET));
      expect(failure).to.include({ code: 'timeout' });
      expect(seen).to.have.length(2);
      expect(Number(/within (\d+) ms/.exec(failure.message)?.[1])).to.be.within(1, 1_401);
      peer.close();
    });
  });

  it('do not concern a static token, which may be the one of the worker alone', async () => {
    await worker.close();
    worker = await startWorker({ credentials: { workerTokens: new Map([[WORKER, 'own']]) } });
    const good = worker.client({ credential: { kind: 'static', token: 'own' } });
    await good.status(TARGET);
    const bad = worker.client({ credential: { kind: 'static', token: 'other' } });
    expect(await failureOf(bad.status(TARGET))).to.include({ reason: 'static_token_mismatch' });
  });

  it('that cannot sign are told when their turn comes', async () => {
    const weak = worker.client({ credential: { kind: 'signed', key: NEW, fallbackKeys: ['short'] } });
    expect(await failureOf(weak.status(TARGET))).to.include({
      code: 'invalid_configuration',
      reason: 'weak_key',
      outcome: 'not_executed',
    });
  });

  it('are not shown in what is thrown', async () => {
    verifier.use('a key that only the worker knows, of enough bytes');
    const failure = await failureOf(client.exec(EXEC));
    expect(JSON.stringify(failure) + failure.stack + String(failure.cause))
      .not.to.include(OLD)
      .and.not.to.include(NEW);
  });
});
