import type { WorkerHeartbeat, WorkerRecord } from '@stacyvm/store';
import { createRpcUrlPolicy, type RpcUrlPolicy } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import type { RpcRefusal } from '../src/rpc-client-lifetime.js';
import { createWorkerClients, type WorkerClients } from '../src/worker-clients.js';
import { eventually } from './eventually.js';
import { type FakeWorker, MASTER_KEY, startFakeWorker } from './fake-worker.js';
import { closedGate } from './gate.js';
import { manualClock } from './manual-clock.js';
import { failureOf, refusal } from './rejection.js';
import { type WorkerKeys, workerKeys } from './worker-keys.js';

describe('worker clients', () => {
  const clock = manualClock();
  let worker: FakeWorker;
  let clients: WorkerClients;
  let keys: WorkerKeys;
  let refusals: RpcRefusal[];
  before(async () => {
    worker = await startFakeWorker({ id: 'worker-a', clock });
  });
  beforeEach(() => {
    keys = workerKeys();
    refusals = [];
    clients = createWorkerClients({
      credentials: keys,
      spawnTimeoutMs: 1_000,
      maxConcurrentCalls: 2,
      onRpcRefusal: (told) => refusals.push(told),
      clock,
    });
  });
  afterEach(() => {
    clients.close();
    worker.calls.length = 0;
    delete worker.behaviour.status;
  });
  after(() => worker.close());

  const record = (changes: Partial<WorkerHeartbeat> & { readonly lastHeartbeat?: Date } = {}): WorkerRecord =>
    ({
      rpcUrl: '',
      instanceId: '',
      credential: null,
      status: 'online',
      drainRequested: false,
      lastHeartbeat: clock(),
      createdAt: clock(),
      updatedAt: clock(),
      ...worker.heartbeat(),
      ...changes,
    }) as WorkerRecord;
  const later = (changes: Partial<WorkerHeartbeat> = {}): WorkerRecord => {
    clock.advance(1_000);
    return record(changes);
  };
  /** A call that the worker answers when the gate opens. */
  const hangingCall = async () => {
    const gate = closedGate();
    worker.behaviour.status = async () => {
      await gate.passed;
      return { state: 'running', provider: 'mock' };
    };
    const outcome = clients
      .clientOf(record())
      .status({ sandboxId: 'sb-1' })
      .then(
        ({ state }) => state,
        (error: { code: string }) => error.code,
      );
    await eventually(() => expect(worker.calls).to.deep.equal(['status sb-1']));
    return { gate, outcome };
  };

  it('keeps the client of a worker from heartbeat to heartbeat', () => {
    const client = clients.clientOf(record());
    expect(clients.clientOf(later())).to.equal(client);
    expect(
      clients.clientOf(later({ credential: { form: 'signed', keyRole: 'derived(verify_only[0])' } })),
    ).to.equal(client);
  });

  it('makes a new client for another address', () => {
    const client = clients.clientOf(record());
    const moved = clients.clientOf(later({ rpcUrl: 'http://127.0.0.1:1' }));
    expect(moved).to.not.equal(client);
  });

  it('lets calls under way end when only the kind of credential changes', async () => {
    const { gate, outcome } = await hangingCall();
    clients.clientOf(later({ credential: { form: 'signed', keyRole: 'active' } }));
    gate.open();
    expect(await outcome).to.equal('running');
  });

  it('ends the calls to a process that is gone, because nobody will answer them', async () => {
    const { gate, outcome } = await hangingCall();
    clients.clientOf(later({ instanceId: 'second' }));
    expect(await outcome).to.equal('connection_lost');
    gate.open();
  });

  it('bounds the calls of a worker, whatever client they are made by', async () => {
    const gate = closedGate();
    worker.behaviour.logs = async () => {
      await gate.passed;
      return [];
    };
    const target = { sandboxId: 'sb-1' };
    worker.sandboxes.set('sb-1', {} as never);
    const calls = [1, 2].map(() => clients.clientOf(record()).logs(target));
    const replacement = clients.clientOf(later({ credential: { form: 'signed', keyRole: 'active' } }));
    const failure = await failureOf(replacement.logs(target));
    expect(failure).to.include({ code: 'worker_busy', reason: 'too_many_calls' });
    expect(refusals).to.deep.equal([{ workerId: 'worker-a', code: 'worker_busy', reason: 'too_many_calls' }]);
    expect(clients.load()).to.deep.equal({ exec: 0, spawn: 0, short: 2, vital: 0 });
    gate.open();
    await Promise.all(calls);
    expect(clients.load().short).to.equal(0);
    worker.sandboxes.clear();
    delete worker.behaviour.logs;
  });

  it('does not bring an old client back for a record that was read before', async () => {
    const old = record();
    const current = clients.clientOf(later({ instanceId: 'second' }));
    expect(clients.clientOf(old)).to.equal(current);
  });

  it('ends every call when it is closed, of replaced clients too', async () => {
    const { gate, outcome } = await hangingCall();
    clients.clientOf(later({ credential: { form: 'signed', keyRole: 'active' } }));
    clients.close();
    expect(await outcome).to.equal('connection_lost');
    gate.open();
  });

  describe('when a worker cannot be called', () => {
    it('says so without an address', () => {
      expect(refusal(() => clients.clientOf(record({ rpcUrl: '' }))).code).to.equal('worker_unreachable');
    });

    it('says so with an address that is none', () => {
      const error = refusal(() => clients.clientOf(record({ rpcUrl: 'http://u:secret@127.0.0.1/x?y' })));
      expect(error.code).to.equal('worker_unreachable');
      expect(error.message).to.not.include('secret');
    });

    it('says so without a credential', () => {
      keys.keys = [];
      expect(refusal(() => clients.clientOf(record())).code).to.equal('worker_unreachable');
    });
  });

  describe('when the rules of addresses change', () => {
    let policy: RpcUrlPolicy;
    let guarded: WorkerClients;
    beforeEach(() => {
      policy = createRpcUrlPolicy({ allowedHosts: ['127.0.0.1'] });
      guarded = createWorkerClients({
        credentials: keys,
        spawnTimeoutMs: 1_000,
        rpcUrlPolicy: () => policy,
        clock,
      });
    });
    afterEach(() => guarded.close());

    it('keeps the client while they are the same', () => {
      expect(guarded.clientOf(record())).to.equal(guarded.clientOf(record()));
    });

    it('calls a worker no more that must not be called where it is', () => {
      guarded.clientOf(record());
      policy = createRpcUrlPolicy({ allowedHosts: ['*.fleet.example'] });
      const error = refusal(() => guarded.clientOf(record()));
      expect(error.code).to.equal('worker_unreachable');
      expect(error.message).to.include('worker_rpc.allowed_hosts');
    });

    it('makes a new client, whose connections follow the new ones', () => {
      const client = guarded.clientOf(record());
      policy = createRpcUrlPolicy({ allowedHosts: ['127.0.0.0/8'] });
      expect(guarded.clientOf(record())).to.not.equal(client);
    });
  });

  describe('when what it is proven with changes', () => {
    const second = 'a second master key that is only used in these tests';

    it('makes a new client at once, without waiting for a heartbeat', () => {
      const same = record();
      const client = clients.clientOf(same);
      keys.keys = [second, MASTER_KEY];
      const rotated = clients.clientOf(same);
      expect(rotated).to.not.equal(client);
      expect(clients.clientOf(same)).to.equal(rotated);
    });

    it('calls a worker that knows only the old key, and lets calls under way end', async () => {
      const { gate, outcome } = await hangingCall();
      keys.keys = [second, MASTER_KEY];
      delete worker.behaviour.status;
      const late = clients.clientOf(record()).logs({ sandboxId: 'sb-1', lines: 1 });
      expect(await failureOf(late), 'let in, and the sandbox not found').to.include({ code: 'not_found' });
      gate.open();
      expect(await outcome).to.equal('running');
    });

    it('closes the old client when its last call is over', async () => {
      const { gate, outcome } = await hangingCall();
      keys.keys = [second, MASTER_KEY];
      clients.clientOf(record());
      gate.open();
      expect(await outcome).to.equal('running');
      await eventually(async () => expect(await worker.connections()).to.equal(0));
    });
  });

  describe('when a worker is revoked', () => {
    it('does not call it', () => {
      keys.revoked.add('worker-a');
      expect(refusal(() => clients.clientOf(record())).code).to.equal('worker_revoked');
    });

    it('ends its calls under way, of replaced clients too, and of nobody else', async () => {
      const { outcome } = await hangingCall();
      clients.clientOf(later({ credential: { form: 'signed', keyRole: 'active' } }));
      clients.clientOf({ ...record(), id: 'worker-b' });
      keys.revoked.add('worker-a');
      clients.closeRevoked();
      expect(await outcome).to.equal('connection_lost');
      expect(() => clients.clientOf({ ...record(), id: 'worker-b' })).not.to.throw();
    });

    it('makes a new client when it is not revoked any more', async () => {
      const client = clients.clientOf(record());
      keys.revoked.add('worker-a');
      clients.closeRevoked();
      keys.revoked.clear();
      expect(clients.clientOf(record())).to.not.equal(client);
    });
  });

  it('tells of calls that the worker did not let in', async () => {
    keys.keys = ['a key that the worker has never heard of, ever'];
    await failureOf(clients.clientOf(record()).status({ sandboxId: 'sb-1' }));
    expect(refusals).to.deep.equal([
      { workerId: 'worker-a', code: 'unauthorized', reason: 'token_bad_signature' },
    ]);
  });
});
