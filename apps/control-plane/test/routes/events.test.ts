import { createApiClient, type SandboxEvent } from '@stacyvm/api';
import { expect } from 'chai';
import { admin } from '../admin-calls.js';
import { call, open, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

type Beside = Awaited<ReturnType<Fixture['beside']>>;

describe('GET /events', () => {
  let fixture: Fixture;
  let other: Beside;
  let worker: WorkerProcess;
  const ends: (() => unknown)[] = [];
  before(async () => {
    fixture = await startFixture();
    other = await fixture.beside();
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  after(async () => {
    await worker?.stop();
    await other?.controlPlane.stop();
    await fixture?.dispose();
  });

  /** What a reader hears from now on. */
  async function listen(
    at: Pick<Fixture, 'url' | 'apiKey'>,
    { after, sandboxId, key = at.apiKey }: { after?: string; sandboxId?: string; key?: string } = {},
  ): Promise<SandboxEvent[]> {
    const heard: SandboxEvent[] = [];
    const gone = new AbortController();
    let answered = (): void => undefined;
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const client = createApiClient({
      baseUrl: at.url,
      apiKey: key,
      fetch: async (...request) => {
        const response = await fetch(...request);
        answered();
        return response;
      },
    });
    ends.push(() => gone.abort());
    void (async () => {
      for await (const event of client.events({ after, sandboxId, signal: gone.signal })) heard.push(event);
    })().catch(() => undefined);
    await answer;
    return heard;
  }
  const lines = (events: readonly SandboxEvent[], id: string) =>
    events.filter((event) => event.sandbox_id === id).map(({ type }) => type);
  const LIFE = ['sandbox.created', 'sandbox.running', 'exec.completed', 'sandbox.destroyed'];
  const live = async (at: Pick<Fixture, 'url' | 'apiKey'> = fixture): Promise<string> => {
    const id = await spawnSandbox(at);
    await call(at, `/sandboxes/${id}/exec`, { body: { command: 'true' } });
    await call(at, `/sandboxes/${id}`, { method: 'DELETE' });
    return id;
  };

  it('tells on every control plane what happens on any of them, in one order, soon', async () => {
    const [here, there] = [await listen(fixture), await listen(other)];
    const id = await live(fixture);
    const began = performance.now();
    await eventually(() => expect(lines(there, id)).to.deep.equal(LIFE));
    expect(performance.now() - began, 'milliseconds').to.be.below(3_000);
    const another = await live(other);
    await eventually(() => expect(lines(here, another)).to.deep.equal(LIFE));
    await eventually(() => expect(here).to.deep.equal(there));
    expect(new Set(here.map((event) => event.id)).size).to.equal(here.length);
  });

  it('goes on without its listener, which is killed, and has it back', async () => {
    const heard = await listen(other);
    expect(await fixture.database.cutListeners()).to.be.at.least(2);
    const id = await live();
    await eventually(() => expect(lines(heard, id)).to.deep.equal(LIFE));
  });

  it('ends for whoever showed a key that is revoked meanwhile', async () => {
    const made = await admin(fixture, '/api-keys', { body: { name: 'reader', role: 'viewer' } });
    const { id, key } = made.body;
    const gone = new AbortController();
    ends.push(() => gone.abort());
    const response = await fetch(`${fixture.url}/api/v1/events`, {
      headers: { 'X-API-Key': String(key) },
      signal: gone.signal,
    });
    expect(response.status).to.equal(200);
    expect((await admin(fixture, `/api-keys/${id}`, { method: 'DELETE' })).status).to.equal(200);
    // Without the check it would go on for a quarter of an hour.
    expect(await response.text()).to.contain('retry:');
  });

  it('resumes behind the last event, at another control plane, and loses none', async () => {
    const heard = await listen(fixture);
    const first = await live();
    await eventually(() => expect(lines(heard, first)).to.deep.equal(LIFE));
    const seen = heard.findIndex(({ type, sandbox_id: id }) => id === first && type === 'sandbox.running');
    const second = await live();
    await eventually(() => expect(lines(heard, second)).to.deep.equal(LIFE));
    const resumed = await listen(other, { after: heard[seen]?.id ?? '' });
    await eventually(() => expect(resumed).to.deep.equal(heard.slice(seen + 1)));
  });

  it('says that events are gone when it cannot resume without a gap', async () => {
    const heard = await listen(fixture);
    const id = await live();
    await eventually(() => expect(lines(heard, id)).to.deep.equal(LIFE));
    const unknown = 'evt-5-1';
    const resumed = await listen(fixture, { after: unknown, sandboxId: id });
    await eventually(() => expect(resumed).to.have.length(5));
    expect(resumed[0]).to.include({ id: unknown, type: 'overflow' });
    expect(lines(resumed, id)).to.deep.equal(LIFE);
  });

  it('tells of one sandbox alone, and what is there without following', async () => {
    const [id] = [await live(), await live()];
    const client = createApiClient({ baseUrl: fixture.url, apiKey: fixture.apiKey });
    await eventually(async () => {
      const types: string[] = [];
      for await (const event of client.events({ sandboxId: id, follow: false })) types.push(event.type);
      expect(types).to.deep.equal(LIFE);
    });
  });

  it('keeps the events of tenants to themselves', async () => {
    for (const id of ['tn-a', 'tn-b'])
      await fixture.store.tenants.create({ id, name: id, ownerId: '', settings: {} });
    const as = (tenant: string) => ({ headers: { 'X-Tenant-ID': tenant } });
    const ofA = await call(fixture, '/sandboxes', { body: { provider: 'mock' }, ...as('tn-a') });
    expect(ofA.status).to.equal(201);
    const kept = async (key: string, headers: Record<string, string> = {}): Promise<string> => {
      const answer = await call(fixture, '/events?follow=false', { key, headers });
      expect(answer.status).to.equal(200);
      return answer.text;
    };
    const id = String(ofA.body['id']);
    await eventually(async () => expect(await kept(fixture.apiKey, as('tn-a').headers)).to.contain(id));
    expect(await kept(fixture.apiKey, as('tn-b').headers)).not.to.contain(id);
    expect(await kept(fixture.apiKey), 'a key of the platform without a tenant').not.to.contain(id);
    expect(await kept(fixture.adminKey)).to.contain(id);
  });

  it('refuses those without a credential, and what is no id of an event', async () => {
    expect((await call(fixture, '/events', { key: null })).status).to.equal(401);
    const { status, body } = await call(fixture, '/events', { headers: { 'Last-Event-ID': 'x' } });
    expect([status, body['reason']]).to.deep.equal([400, 'invalid_event_id']);
  });

  it('ends when its control plane stops, without keeping it', async () => {
    const third = await fixture.beside();
    const response = await open(third, '/events');
    expect(response.headers.get('content-type')).to.contain('text/event-stream');
    const began = performance.now();
    await Promise.all([third.controlPlane.stop(), response.text()]);
    expect(performance.now() - began).to.be.below(4_000);
  });
});
