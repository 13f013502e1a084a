import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@stacyvm/store/testing';
import { expect } from 'chai';
import { admin, items } from '../admin-calls.js';
import { call } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

describe('policies while the database is killed', () => {
  let path: string;
  let server: EmbeddedPostgres;
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async function () {
    this.timeout(60_000);
    path = await mkdtemp(join(tmpdir(), 'policies-killed-'));
    server = await startEmbeddedPostgres({ path: join(path, 'postgres') });
    // What cannot be audited would not get as far as the policies.
    fixture = await startFixture({ 'database.dsn': server.dsn(), 'audit.mode': 'best_effort' });
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    await server?.stop();
    rmSync(path, { recursive: true, force: true });
  });

  const reasonOf = async (image: string): Promise<readonly unknown[]> => {
    const { status, body } = await call(fixture, '/sandboxes', { body: { provider: 'mock', image } });
    return [status, body['reason']];
  };

  it('let nothing pass, and hold again when it is back', async function () {
    this.timeout(60_000);
    const policy = { resource_type: 'image', effect: 'deny', pattern: 'host' };
    expect((await admin(fixture, '/policies', { body: policy })).status).to.equal(201);
    expect(await reasonOf('test')).to.deep.equal([201, undefined]);
    const port = server.address.port();
    process.kill(server.pid() ?? 0, 'SIGKILL');
    await server.stop();

    for (const image of ['host', 'test', 'host', 'test']) {
      const [status, reason] = await reasonOf(image);
      // What was read last holds for two seconds, and what it allows cannot be placed.
      if (reason === 'policy_denied') expect([status, image]).to.deep.equal([403, 'host']);
      else expect(status, String(reason)).to.equal(503);
    }
    await eventually(async () => {
      for (const image of ['host', 'test']) {
        expect(await reasonOf(image)).to.deep.equal([503, 'policy_unavailable']);
      }
    });
    expect((await admin(fixture, '/policies', { body: policy })).status).to.equal(503);

    server = await startEmbeddedPostgres({ path: join(path, 'postgres'), port });
    await eventually(
      async () => expect(await reasonOf('host')).to.deep.equal([403, 'policy_denied']),
      30_000,
    );
    await eventually(async () => expect(await reasonOf('test')).to.deep.equal([201, undefined]), 30_000);
    expect(items(await call(fixture, '/sandboxes')).map(({ image }) => image)).to.deep.equal([
      'test',
      'test',
    ]);
  });
});
