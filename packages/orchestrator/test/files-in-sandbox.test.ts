import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { FilesInSandbox, Orchestrator } from '../src/index.js';
import type { FakeWorker } from './fake-worker.js';
import { type OrchestratorFixture, openFixture } from './orchestrator-fixture.js';
import { failureOf } from './rejection.js';

async function* pieces(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

describe('files in a sandbox', () => {
  let fixture: OrchestratorFixture;
  let orchestrator: Orchestrator;
  let files: FilesInSandbox;
  let worker: FakeWorker;
  let id: string;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(async () => {
    orchestrator = fixture.orchestrator();
    files = orchestrator.files;
    worker = await fixture.worker('worker-a');
    id = (await orchestrator.spawn({})).id;
    worker.calls.length = 0;
  });
  afterEach(() => fixture.reset());
  after(() => fixture.close());

  const stateOf = async () => {
    const { state, stateReason } = await orchestrator.get(id);
    return { state, stateReason };
  };

  it('are written, read, looked at and changed on the worker that has it', async () => {
    const content = randomBytes(1_000_000);
    const size = await files.write(id, { path: '/w', mode: '0600' }, pieces(content), {});
    expect(size).to.equal(content.length);
    const read: Uint8Array[] = [];
    let described: unknown;
    await files.read(
      id,
      '/w',
      {
        onInfo: (info) => {
          described = info;
        },
        onContent: (chunk) => {
          read.push(Uint8Array.from(chunk));
        },
      },
      {},
    );
    expect(Buffer.concat(read).equals(content)).to.equal(true);
    expect(await files.stat(id, '/w', {})).to.deep.equal(described);
    expect(await files.list(id, '/', {})).to.deep.equal([described]);
    expect(await files.glob(id, '/*', {})).to.deep.equal(['/w']);
    await files.move(id, '/w', '/x', {});
    await files.chmod(id, '/x', '0755', {});
    await files.delete(id, '/x', true, {});
    const calls = ['write', 'read', 'stat', 'list', 'glob /*', 'move', 'chmod 0755', 'delete all'];
    expect(worker.calls).to.deep.equal(calls.map((call) => `${call} ${id}`));
    expect(worker.files.size).to.equal(0);
  });

  it('that are missing leave the sandbox in good health', async () => {
    const failure = await failureOf(files.stat(id, '/none', {}));
    expect(failure).to.include({ code: 'file_not_found', message: '"/none": no such file or directory' });
    expect(await stateOf()).to.deep.equal({ state: 'running', stateReason: '' });
    expect(worker.refusals).to.deep.equal([]);
  });

  it('pass on what the source throws', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(400_000);
      throw new TypeError('the caller broke off');
    }
    const failure = await failureOf(files.write(id, { path: '/w' }, broken(), {}));
    expect(failure).to.be.instanceOf(TypeError);
    expect(worker.files.size).to.equal(0);
    expect(await stateOf()).to.deep.equal({ state: 'running', stateReason: '' });
  });

  it('end with their caller', async () => {
    const leaving = AbortSignal.abort();
    expect(await failureOf(files.stat(id, '/w', { signal: leaving }))).to.include({ code: 'cancelled' });
  });

  it('of a sandbox whose worker lost it make it unhealthy', async () => {
    worker.sandboxes.clear();
    expect(await failureOf(files.stat(id, '/w', {}))).to.include({ code: 'sandbox_lost' });
    expect(await stateOf()).to.deep.equal({ state: 'unhealthy', stateReason: 'runtime_missing' });
    expect(await failureOf(files.stat(id, '/w', {}))).to.include({ code: 'sandbox_not_running' });
  });

  it('of a worker that dies on the way make it unhealthy', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield randomBytes(400_000);
      worker.cut();
      for (;;) yield randomBytes(400_000);
    }
    const failure = await failureOf(files.write(id, { path: '/w' }, source(), {}));
    expect(failure).to.include({ code: 'worker_unreachable' });
    expect(await stateOf()).to.deep.equal({ state: 'unhealthy', stateReason: 'worker_rpc_unavailable' });
    expect(worker.files.size).to.equal(0);
  });

  it('of no sandbox are not asked for', async () => {
    expect(await failureOf(files.list('sb-none', '/', {}))).to.include({ code: 'sandbox_not_found' });
    expect(worker.calls).to.deep.equal([]);
  });
});
