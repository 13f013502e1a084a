import { expect } from 'chai';
import { rejection } from './rejection.js';
import { heartbeat, openFixture, type StoreFixture } from './store-fixture.js';

describe('WorkerRepository', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.close());

  it('registers an unknown worker with all it told', async () => {
    const { store, clock } = fixture;
    const record = await store.workers.upsertHeartbeat({
      id: 'full',
      hostname: 'host-1',
      status: 'draining',
      providers: ['bubblewrap', 'with "quotes", {braces} and \\'],
      capabilities: [],
      capacity: { max_sandboxes: 4, nested: { list: [1, 'two', null] } },
      rpcUrl: 'https://host-1:7430',
      instanceId: 'boot-1',
      credential: { form: 'signed', keyRole: 'active', keyFingerprint: '0123456789abcdef' },
    });
    expect(record).to.deep.equal({
      id: 'full',
      hostname: 'host-1',
      status: 'draining',
      providers: ['bubblewrap', 'with "quotes", {braces} and \\'],
      capabilities: [],
      capacity: { max_sandboxes: 4, nested: { list: [1, 'two', null] } },
      rpcUrl: 'https://host-1:7430',
      instanceId: 'boot-1',
      credential: { form: 'signed', keyRole: 'active', keyFingerprint: '0123456789abcdef' },
      cordoned: false,
      drainRequested: false,
      drainDeadline: null,
      flaps: 0,
      lastFlapAt: null,
      lastHeartbeat: clock(),
      createdAt: clock(),
      updatedAt: clock(),
    });
    expect(await store.workers.get('full')).to.deep.equal(record);
  });

  it('keeps every detail of the credential, absent ones absent', async () => {
    const { workers } = fixture.store;
    const signed = {
      form: 'signed',
      keyRole: 'derived(active)',
      keyFingerprint: '0123456789abcdef',
      signingKeyFingerprint: 'fedcba9876543210',
      profile: 'strict',
      tokenIssuedAt: new Date('2029-12-31T23:59:58Z'),
    } as const;
    const stored = await workers.upsertHeartbeat(heartbeat('credentials', { credential: signed }));
    expect(stored.credential).to.deep.equal(signed);
    expect((await workers.get('credentials'))?.credential).to.deep.equal(signed);
    const fixed = { form: 'static', kind: 'shared' } as const;
    await workers.upsertHeartbeat(heartbeat('credentials', { credential: fixed }));
    expect((await workers.get('credentials'))?.credential).to.deep.equal(fixed);
  });

  it('replaces everything but the creation time with the next heartbeat', async () => {
    const { store, clock } = fixture;
    const first = await store.workers.upsertHeartbeat(
      heartbeat('again', {
        rpcUrl: 'http://a',
        instanceId: 'x',
        providers: ['p'],
        credential: { form: 'static' },
      }),
    );
    clock.advance(30_000);
    const second = await store.workers.upsertHeartbeat(
      heartbeat('again', { hostname: 'moved', status: '  ' }),
    );
    expect(second).to.include({ hostname: 'moved', status: 'online', rpcUrl: '', instanceId: '' });
    expect(second.providers).to.equal(null);
    expect(second.credential).to.equal(null);
    expect(second.createdAt).to.deep.equal(first.createdAt);
    expect(second.lastHeartbeat).to.deep.equal(clock());
  });

  it('keeps a drain request over heartbeats and a status only until the next', async () => {
    const { workers } = fixture.store;
    await workers.upsertHeartbeat(heartbeat('draining'));
    expect(await workers.setDrainRequested('draining', true)).to.include({ drainRequested: true });
    expect(await workers.setStatus('draining', 'offline')).to.include({ status: 'offline' });
    expect(await workers.upsertHeartbeat(heartbeat('draining'))).to.include({
      status: 'online',
      drainRequested: true,
    });
  });

  it('stores a batch, of two heartbeats by one worker the later', async () => {
    const { workers } = fixture.store;
    const stored = await workers.upsertHeartbeats([
      heartbeat('batch-b', { hostname: 'first' }),
      heartbeat('batch-a'),
      heartbeat('batch-b', { hostname: 'second' }),
    ]);
    expect(stored.map(({ id, hostname }) => [id, hostname])).to.have.deep.members([
      ['batch-a', 'batch-a.example'],
      ['batch-b', 'second'],
    ]);
    expect(await workers.upsertHeartbeats([])).to.deep.equal([]);
  });

  it('survives crossing batches of many workers without a deadlock', async () => {
    const { workers } = fixture.store;
    const fleet = Array.from({ length: 600 }, (_, index) => heartbeat(`fleet-${index}`));
    const batches = await Promise.all([
      workers.upsertHeartbeats(fleet),
      workers.upsertHeartbeats([...fleet].reverse()),
      workers.upsertHeartbeats(fleet),
    ]);
    expect(batches.map((batch) => batch.length)).to.deep.equal([600, 600, 600]);
  });

  it('pages by id', async () => {
    await fixture.reset();
    const { workers } = fixture.store;
    await workers.upsertHeartbeats(['c', 'a', 'e', 'b', 'd'].map((id) => heartbeat(id)));
    const seen: string[][] = [];
    let after: string | undefined;
    do {
      const page = await workers.list(after === undefined ? { limit: 2 } : { limit: 2, after });
      seen.push(page.items.map(({ id }) => id));
      after = page.nextCursor;
    } while (after !== undefined);
    expect(seen).to.deep.equal([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('forgets a deleted worker, which may register again', async () => {
    const { workers } = fixture.store;
    await workers.upsertHeartbeat(heartbeat('gone'));
    await workers.delete('gone');
    expect(await workers.get('gone')).to.equal(undefined);
    const refusal = await rejection(workers.delete('gone'), 'not_found');
    expect(refusal.message).to.equal('not found: worker "gone"');
    await workers.upsertHeartbeat(heartbeat('gone'));
    expect(await workers.get('gone')).to.include({ id: 'gone' });
  });

  it('refuses what it cannot store', async () => {
    const { workers } = fixture.store;
    await rejection(workers.upsertHeartbeat(heartbeat(' ')), 'invalid_input');
    await rejection(workers.upsertHeartbeat(heartbeat('x'.repeat(513))), 'invalid_input');
    await rejection(workers.upsertHeartbeat(heartbeat('nul', { hostname: 'a\0b' })), 'invalid_input');
    await rejection(workers.upsertHeartbeat(heartbeat('nul', { capacity: { a: '\0' } })), 'invalid_input');
    const credential = { form: 'signed', tokenIssuedAt: new Date(Number.NaN) } as const;
    await rejection(workers.upsertHeartbeat(heartbeat('no-time', { credential })), 'invalid_input');
    await rejection(workers.setStatus('missing', 'online'), 'not_found');
    await rejection(workers.setDrainRequested('missing', true), 'not_found');
    await rejection(workers.list({ limit: 0 }), 'invalid_input');
  });
});
