import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openStore } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase, testCluster } from '@stacyvm/store/testing';
import { expect } from 'chai';
import { createPatient, type Patient, resultOf } from './patient.js';

const POSTGRES = 'database: { driver: postgres, dsn_file: dsn }\n';

describe('stacyvm doctor on the database', () => {
  let patient: Patient;
  let database: TestDatabase;
  beforeEach(async () => {
    patient = createPatient();
    database = await createTestDatabase();
    patient.write('dsn', database.dsn);
  });
  afterEach(async () => {
    patient.remove();
    await database.drop();
  });

  const register = async (id: string, rpcUrl: string): Promise<void> => {
    const store = await openStore({ driver: 'postgres', dsn: database.dsn });
    await store.workers.upsertHeartbeat({
      id,
      hostname: id,
      providers: null,
      capabilities: null,
      capacity: {},
      rpcUrl,
    });
    await store.close();
  };

  it('warns of one that is empty, without migrating it', async () => {
    const first = await patient.examine(POSTGRES);
    const second = await patient.examine(POSTGRES);
    for (const report of [first, second]) {
      expect(resultOf(report, 'database.connects').status).to.equal('success');
      expect(resultOf(report, 'database.migrated')).to.include({ status: 'warning' });
      expect(resultOf(report, 'database.migrated').message).to.match(/^\d+ to come: 0001-fleet/);
      expect(resultOf(report, 'workers').status).to.equal('skipped');
    }
  });

  it('is content with one that is migrated, on this host, with the same clock', async () => {
    await register('worker-a', '');
    const report = await patient.examine(POSTGRES);
    for (const id of ['connects', 'encrypted', 'migrated', 'connections']) {
      expect(resultOf(report, `database.${id}`).status, id).to.equal('success');
    }
    expect(resultOf(report, 'clock.database').status).to.equal('success');
  });

  it('tells a clock that is wrong', async () => {
    const clock = (): Date => new Date(Date.now() + 60_000);
    const report = await patient.examine(POSTGRES, { clock });
    const { status, message } = resultOf(report, 'clock.database');
    expect(status).to.equal('failure');
    const [, ahead, accuracy] =
      /^this clock is ([\d.]+) s ahead \(measured to ([\d.]+) s\)/.exec(message) ?? [];
    // Both are rounded to a tenth.
    expect(Number(ahead), message).to.be.closeTo(60, Number(accuracy) + 0.11);
  });

  it('fails where nobody listens, and the rest of the database is left out', async () => {
    patient.write('dsn', 'postgres://app:secret-password@127.0.0.1:1/stacyvm');
    const report = await patient.examine(POSTGRES);
    expect(resultOf(report, 'database.connects').status).to.equal('failure');
    expect(resultOf(report, 'database.migrated').status).to.equal('skipped');
    expect(JSON.stringify(report)).not.to.contain('secret-password');
  });

  it('fails a wrong password without repeating it', async () => {
    const dsn = new URL(database.dsn);
    dsn.password = 'marker-of-a-password';
    patient.write('dsn', dsn.href);
    const report = await patient.examine(POSTGRES);
    expect(resultOf(report, 'database.connects')).to.include({ status: 'failure' });
    expect(JSON.stringify(report)).not.to.contain('marker-of-a-password');
  });

  it('warns when a connection to another host is not encrypted, and fails it in production', async () => {
    const dsn = new URL(database.dsn);
    // Another name of this host, as a resolver would know it.
    dsn.hostname = '127.0.0.1';
    dsn.searchParams.set('host', '0.0.0.0');
    patient.write('dsn', dsn.href);
    expect(resultOf(await patient.examine(POSTGRES), 'database.encrypted').status).to.equal('warning');
    const production = await patient.examine(POSTGRES, { production: true });
    expect(resultOf(production, 'database.encrypted').status).to.equal('failure');
  });

  describe('the workers in it', () => {
    let worker: Server;
    let url: string;
    beforeEach(async () => {
      worker = createServer((request, response) => {
        const known = request.url === '/health';
        response.writeHead(known ? 200 : 404).end(known ? '{"status":"ok"}' : '{}');
      });
      await new Promise<void>((resolve) => {
        worker.listen(0, '127.0.0.1', resolve);
      });
      url = `http://127.0.0.1:${(worker.address() as AddressInfo).port}`;
    });
    afterEach(() => worker.close());

    it('are called', async () => {
      await register('worker-a', url);
      await register('worker-b', 'http://127.0.0.1:1');
      const report = await patient.examine(POSTGRES);
      expect(resultOf(report, 'workers.worker-a').status).to.equal('success');
      expect(resultOf(report, 'workers.worker-b.heartbeat').status).to.equal('success');
      expect(resultOf(report, 'workers.worker-b.rpc').message).to.contain('ECONNREFUSED');
    });

    it('are not called when they are stale', async () => {
      await register('worker-a', url);
      const report = await patient.examine(POSTGRES, { clock: () => new Date(Date.now() + 3_600_000) });
      expect(resultOf(report, 'workers.worker-a.heartbeat').status).to.equal('warning');
      expect(resultOf(report, 'workers.worker-a.rpc').status).to.equal('skipped');
    });

    it('must not be called by http while TLS is on', async () => {
      await register('worker-a', url);
      const report = await patient.examine(`${POSTGRES}worker: { rpc_tls: { enabled: true } }\n`);
      expect(resultOf(report, 'workers.worker-a.rpc').message).to.match(/is not https/);
    });
  });

  describe('when it is embedded', () => {
    it('is not started; its directory need not be there', async () => {
      const report = await patient.examine('database: { path: data/postgres }\n');
      expect(resultOf(report, 'database.directory').message).to.match(/does not exist yet and can be made/);
      expect(resultOf(report, 'database.connects').status).to.equal('skipped');
      expect(resultOf(report, 'database.driver').status).to.equal('warning');
    });

    it('is refused in production', async () => {
      const report = await patient.examine('database: { path: data }\n', { production: true });
      expect(resultOf(report, 'database.driver').status).to.equal('failure');
    });

    it('is asked where another process runs it', async () => {
      const report = await patient.examine(`database: { path: ${JSON.stringify(testCluster().path)} }\n`);
      expect(resultOf(report, 'database.owner').message).to.contain(`process ${process.pid}`);
      // The cluster of the tests has databases of their own beside the one of a control plane.
      expect(resultOf(report, 'database.connects').status).to.equal('success');
    });

    it('fails in a directory of something else, and where a file is', async () => {
      mkdirSync(join(patient.directory, 'documents'));
      patient.write('documents/notes.txt', 'x');
      const shared = await patient.examine('database: { path: documents }\n');
      expect(resultOf(shared, 'database.directory').message).to.match(/holds "notes.txt"/);
      const blocked = await patient.examine('database: { path: documents/notes.txt/postgres }\n');
      expect(resultOf(blocked, 'database.directory').status).to.equal('failure');
    });
  });
});
