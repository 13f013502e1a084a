import { expect } from 'chai';
import { eventually } from './eventually.js';
import { startWorkerFixture, type WorkerFixture } from './worker-fixture.js';

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('the RPC methods of a worker', () => {
  let fixture: WorkerFixture;
  before(async () => {
    fixture = await startWorkerFixture({ 'worker.max_sandboxes': 3 });
  });
  after(() => fixture?.dispose());
  afterEach(async () => {
    for (const id of ['sb-1', 'sb-2', 'sb-3']) {
      await fixture.client.destroy(
        { sandboxId: id },
        fixture.lease(id, { generation: 1_000 + generations++ }),
      );
    }
  });
  let generations = 0;
  /** The fence of the worker remembers what the tests before have used. */
  const lease = (id: string) => fixture.lease(id, { generation: 1_000 + generations++ });
  const spec = (sandboxId: string, more = {}) => ({
    sandboxId,
    image: 'host',
    provider: 'mock',
    memoryMb: 64,
    vcpus: 1,
    ...more,
  });
  const spawn = (id: string, more = {}) => fixture.client.spawn(spec(id, more), lease(id));

  it('spawn, run programs in, log and destroy a sandbox', async () => {
    expect(await spawn('sb-1')).to.deep.include({ runtimeId: 'sb-1', provider: 'mock' });
    expect(await fixture.client.status({ sandboxId: 'sb-1' })).to.include({ state: 'running' });
    const result = await fixture.client.exec({ sandboxId: 'sb-1', command: 'echo a; exit 3' });
    expect(result).to.include({ exitCode: 3, stdout: 'a\n', truncated: false });
    expect(await fixture.client.logs({ sandboxId: 'sb-1' })).to.deep.equal(['a']);
    await fixture.client.destroy({ sandboxId: 'sb-1' }, lease('sb-1'));
    expect(await failure(fixture.client.status({ sandboxId: 'sb-1' }))).to.include({ code: 'not_found' });
  });

  it('use the default provider when none is named, and know names in any case', async () => {
    expect(await spawn('sb-1', { provider: '' })).to.include({ provider: 'bubblewrap' });
    expect(await spawn('sb-2', { provider: 'Mock' })).to.include({ provider: 'mock' });
  });

  it('use the defaults for memory and processors of 0', async () => {
    expect(await spawn('sb-1', { memoryMb: 0, vcpus: 0 })).to.include({ provider: 'mock' });
  });

  it('spawn the same sandbox again without an effect', async () => {
    await spawn('sb-1');
    await fixture.client.exec({ sandboxId: 'sb-1', command: 'echo kept' });
    await spawn('sb-1');
    expect(await fixture.client.logs({ sandboxId: 'sb-1' })).to.deep.equal(['kept']);
  });

  const refusals = [
    { name: 'an unknown image', more: { image: 'nope' }, code: 'invalid_request', reason: 'image_unknown' },
    {
      name: 'an unknown provider',
      more: { provider: 'nope' },
      code: 'not_found',
      reason: 'provider_unknown',
    },
    {
      name: 'a network that there is not',
      more: { networkMode: 'bridge' },
      code: 'invalid_request',
      reason: 'network_unknown',
    },
    { name: 'too little memory', more: { memoryMb: 1 }, code: 'invalid_request', reason: 'invalid_request' },
  ];
  for (const { name, more, code, reason } of refusals) {
    it(`refuse to spawn with ${name}: ${reason}, and hold nothing`, async () => {
      expect(await failure(spawn('sb-1', more))).to.include({ code, reason, outcome: 'not_executed' });
      expect(await failure(fixture.client.status({ sandboxId: 'sb-1' }))).to.include({ code: 'not_found' });
    });
  }

  it('refuse one sandbox more than the worker takes, but not one that it has', async () => {
    for (const id of ['sb-1', 'sb-2', 'sb-3']) await spawn(id);
    expect(await failure(spawn('sb-4'))).to.include({ code: 'capacity_exhausted', outcome: 'not_executed' });
    await spawn('sb-2');
    await fixture.client.destroy({ sandboxId: 'sb-1' }, lease('sb-1'));
    await spawn('sb-1');
  });

  it('know nothing of a sandbox that is not held here', async () => {
    for (const work of [
      () => fixture.client.exec({ sandboxId: 'sb-other', command: 'true' }),
      () =>
        fixture.client.execStream({ sandboxId: 'sb-other', command: 'true' }, { onOutput: () => undefined }),
      () => fixture.client.status({ sandboxId: 'sb-other', provider: 'mock' }),
      () => fixture.client.logs({ sandboxId: 'sb-other', runtimeId: 'sb-1' }),
    ]) {
      expect(await failure(work())).to.include({ code: 'not_found', reason: 'sandbox_not_found' });
    }
  });

  it('destroy what is not there without complaint', async () => {
    await fixture.client.destroy({ sandboxId: 'sb-never' }, lease('sb-never'));
  });

  it('refuse a lease that has been outrun', async () => {
    const [older, newer] = [lease('sb-1'), lease('sb-1')];
    await fixture.client.spawn(spec('sb-1'), newer);
    expect(await failure(fixture.client.destroy({ sandboxId: 'sb-1' }, older))).to.include({
      code: 'forbidden',
      reason: 'lease_fenced',
    });
    expect(await fixture.client.status({ sandboxId: 'sb-1' })).to.include({ state: 'running' });
  });

  it('kill a program at its timeout', async () => {
    await spawn('sb-1', { provider: 'bubblewrap' });
    const request = { sandboxId: 'sb-1', command: 'sleep 30', timeoutMs: 100 };
    expect(await failure(fixture.client.exec(request))).to.include({ code: 'exec_timeout' });
    const outcome = await fixture.client.execStream(request, { onOutput: () => undefined });
    expect(outcome).to.include({ timedOut: true });
  });

  it('tell that a sandbox was destroyed under its program', async () => {
    await spawn('sb-1', { provider: 'bubblewrap' });
    let begun = (): void => undefined;
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const streaming = failure(
      fixture.client.execStream(
        { sandboxId: 'sb-1', command: 'echo begun; sleep 30' },
        { onOutput: () => begun() },
      ),
    );
    await running;
    await fixture.client.destroy({ sandboxId: 'sb-1' }, lease('sb-1'));
    expect(await streaming).to.include({ reason: 'sandbox_destroyed' });
  });

  it('tell whoever comes while a sandbox is destroyed that it ends, never that the worker is away', async () => {
    for (let round = 0; round < 5; round += 1) {
      await spawn('sb-1', { provider: 'bubblewrap' });
      const calls: Promise<unknown>[] = [];
      let destroyed = false;
      const destroying = fixture.client.destroy({ sandboxId: 'sb-1' }, lease('sb-1')).then(() => {
        destroyed = true;
      });
      while (!destroyed) {
        calls.push(failure(fixture.client.exec({ sandboxId: 'sb-1', command: 'true' })));
        calls.push(failure(fixture.client.files.stat({ sandboxId: 'sb-1', path: '/workspace' })));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await destroying;
      for (const refused of await Promise.all(calls)) {
        if (refused === undefined) continue;
        expect((refused as { reason: string }).reason).to.be.oneOf([
          'sandbox_ending',
          'sandbox_destroyed',
          'sandbox_not_found',
        ]);
      }
    }
  });

  it('destroy a sandbox when its lease ends', async () => {
    await fixture.client.spawn(spec('sb-1'), { ...lease('sb-1'), expiresAt: new Date(Date.now() + 1_500) });
    await eventually(async () =>
      expect(await failure(fixture.client.status({ sandboxId: 'sb-1' }))).to.include({ code: 'not_found' }),
    );
  });
});
