import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeyring, createWorkerTokenVerifier, deriveWorkerKey } from '@stacyvm/token';
import {
  createRpcRequestListener,
  createRpcServer,
  createWorkerAuthenticator,
  RpcMethodError,
  type RpcMethods,
} from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { call, open } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';

const WORKER = 'slow-worker';
const unused = (): never => {
  throw new RpcMethodError('not_implemented', 'not here');
};

describe('a spawn whose caller goes away', () => {
  let fixture: Fixture;
  let server: Server;
  const begun: string[] = [];
  const destroyed: string[] = [];
  let finish = (): void => undefined;

  before(async () => {
    fixture = await startFixture();
    const methods: RpcMethods = {
      spawn: async ({ sandboxId }) => {
        begun.push(sandboxId);
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return { runtimeId: sandboxId, provider: 'mock' };
      },
      destroy: async ({ sandboxId }) => {
        destroyed.push(sandboxId);
      },
      status: unused,
      exec: unused,
      logs: unused,
      shutdown: unused,
    };
    const keyring = createKeyring({ active: deriveWorkerKey(fixture.signingKey, WORKER) });
    const verifier = createWorkerTokenVerifier({ keyring, audience: 'worker:rpc' });
    const authenticate = createWorkerAuthenticator({ verifier, workerId: WORKER });
    server = createRpcServer(createRpcRequestListener({ workerId: WORKER, authenticate, methods }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await fixture.store.workers.upsertHeartbeat({
      id: WORKER,
      hostname: 'h',
      providers: ['mock'],
      capabilities: null,
      capacity: {},
      rpcUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credential: { form: 'signed', keyRole: 'derived(active)' },
    });
  });
  after(async () => {
    server?.closeAllConnections();
    server?.close();
    await fixture?.dispose();
  });

  it('is undone: nobody knows of the sandbox', async () => {
    const caller = new AbortController();
    const answer = open(fixture, '/sandboxes', {
      body: { provider: 'mock' },
      signal: caller.signal,
      headers: { 'X-Request-ID': 'gone' },
    }).catch((error: Error) => error.name);
    await eventually(() => expect(begun).to.have.length(1));
    expect((await call(fixture, `/sandboxes/${begun[0]}`)).body).to.include({ state: 'creating' });
    caller.abort();
    expect(await answer).to.equal('AbortError');
    await eventually(() => {
      const logged = fixture.logs.records('request').find((record) => record['request_id'] === 'gone');
      expect(logged).to.include({ aborted: true });
    });
    finish();
    await eventually(() => expect(destroyed).to.deep.equal(begun));
    await eventually(async () => expect((await call(fixture, '/sandboxes')).text).to.equal('[]'));
    expect(fixture.logs.records('request failed')).to.deep.equal([]);
  });
});
