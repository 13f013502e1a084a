import type { WorkerHeartbeat, WorkerRecord } from '@stacyvm/store';
import { expect } from 'chai';
import { createWorkerClients, type WorkerClients } from '../src/worker-clients.js';
import { eventually } from './eventually.js';
import { type FakeWorker, MASTER_KEY, SHARED_TOKEN, startFakeWorker } from './fake-worker.js';
import { closedGate } from './gate.js';
import { manualClock } from './manual-clock.js';
import { failureOf, refusal } from './rejection.js';

describe('worker clients', () => {
  const clock = manualClock();
  let worker: FakeWorker;
  let clients: WorkerClients;
  before(async () => {
    worker = await startFakeWorker({ id: 'worker-a', clock });
  });
  beforeEach(() => {
    clients = createWorkerClients({ signingKey: MASTER_KEY, spawnTimeoutMs: 1_000, clock });
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
      const bare = createWorkerClients({ spawnTimeoutMs: 1_000, clock });
      expect(refusal(() => bare.clientOf(record())).code).to.equal('worker_unreachable');
    });
  });

  describe('credentials', () => {
    const cases: ReadonlyArray<
      readonly [string, { signingKey?: string; sharedToken?: string }, WorkerRecord['credential'], string]
    > = [
      [
        'the derived key for one that showed its own',
        { signingKey: MASTER_KEY },
        { form: 'signed', keyRole: 'derived(active)' },
        'derived',
      ],
      [
        'the master key for one that showed it',
        { signingKey: MASTER_KEY },
        { form: 'signed', keyRole: 'active' },
        'master',
      ],
      [
        'the static token for one that showed it',
        { signingKey: MASTER_KEY, sharedToken: SHARED_TOKEN },
        { form: 'static' },
        'static',
      ],
      ['the static token when there is no key', { sharedToken: SHARED_TOKEN }, null, 'static'],
      ['a signature when there is no static token', { signingKey: MASTER_KEY }, { form: 'static' }, 'master'],
    ];
    for (const [name, keys, credential, kind] of cases) {
      it(`uses ${name}`, async () => {
        const strict = await startFakeWorker({
          id: 'worker-k',
          clock,
          acceptsStatic: kind === 'static',
          key: kind === 'master' ? 'master' : 'derived',
        });
        const own = createWorkerClients({ ...keys, spawnTimeoutMs: 1_000, clock });
        try {
          const call = own
            .clientOf({ ...record(), id: 'worker-k', rpcUrl: strict.url, credential })
            .status({ sandboxId: 'sb-1' });
          expect(await failureOf(call), 'let in, and the sandbox not found').to.include({
            code: 'not_found',
          });
          expect(strict.refusals).to.deep.equal([]);
        } finally {
          own.close();
          await strict.close();
        }
      });
    }
  });
});
