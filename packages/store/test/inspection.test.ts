import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { openStore } from '../src/index.js';
import { inspectDatabase, inspectDatabaseDirectory, inspectPolicies } from '../src/inspection.js';
import { createTestDatabase, type TestDatabase, testCluster } from '../src/testing.js';
import { rejection } from './rejection.js';

describe('inspectDatabase', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  const run = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new pg.Client({ connectionString: database.dsn });
    await client.connect();
    try {
      return (await client.query(text)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const migrated = async (): Promise<void> => {
    const store = await openStore({ driver: 'postgres', dsn: database.dsn });
    await store.workers.upsertHeartbeat({
      id: 'worker-a',
      hostname: 'a',
      providers: null,
      capabilities: null,
      capacity: {},
      rpcUrl: 'http://10.0.0.1:7430',
    });
    await store.close();
  };

  it('tells of an empty database what is pending, and leaves it empty', async () => {
    const seen = await inspectDatabase({ dsn: database.dsn });
    expect(seen.migrations.applied).to.deep.equal([]);
    expect(seen.migrations.pending).to.include('0001-fleet');
    expect(seen.workers).to.equal(undefined);
    expect(await run("select 1 from information_schema.tables where table_schema = 'public'")).to.deep.equal(
      [],
    );
  });

  it('tells the version, the clock, the connections and the workers', async () => {
    await migrated();
    const seen = await inspectDatabase({ dsn: database.dsn });
    expect(Number.parseInt(seen.serverVersion, 10)).to.be.at.least(14);
    expect(Math.abs(seen.clockSkewMs)).to.be.lessThan(1_000 + seen.clockToleranceMs);
    expect(seen.connections.used).to.be.within(1, seen.connections.usable);
    expect(seen.encrypted).to.equal(false);
    expect(seen.migrations).to.deep.include({ pending: [], unknown: [] });
    expect(seen.workers?.map(({ id, rpcUrl }) => [id, rpcUrl])).to.deep.equal([
      ['worker-a', 'http://10.0.0.1:7430'],
    ]);
    expect(JSON.stringify(seen)).not.to.contain(new URL(database.dsn).password);
  });

  it('measures a clock that is wrong', async () => {
    const clock = (): Date => new Date(Date.now() - 90_000);
    const { clockSkewMs, clockToleranceMs } = await inspectDatabase({ dsn: database.dsn, clock });
    expect(clockSkewMs).to.be.closeTo(90_000, 1_000 + clockToleranceMs);
  });

  it('tells pending and unknown migrations apart', async () => {
    await migrated();
    await run("update schema_migrations set name = '9999-later' where name = '0004-fleet-operation'");
    const { migrations } = await inspectDatabase({ dsn: database.dsn });
    expect(migrations.pending).to.deep.equal(['0004-fleet-operation']);
    expect(migrations.unknown).to.deep.equal(['9999-later']);
  });

  it('recognises the table of another program', async () => {
    await run('create table schema_migrations (version bigint)');
    const { migrations } = await inspectDatabase({ dsn: database.dsn });
    expect(migrations.unknown).to.deep.equal(['table schema_migrations of another program']);
  });

  it('rejects a wrong password without repeating it', async () => {
    const dsn = new URL(database.dsn);
    dsn.password = 'marker-password';
    const error = await rejection(inspectDatabase({ dsn: dsn.href }), 'configuration');
    expect(error.message).not.to.contain('marker-password');
  });

  it('rejects where nobody listens', async () => {
    await rejection(inspectDatabase({ dsn: 'postgres://a:b@127.0.0.1:1/c' }), 'unavailable');
  });
});

describe('inspectPolicies', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  it('tells of a database without policies that it has no table, and makes none', async () => {
    expect(await inspectPolicies({ dsn: database.dsn })).to.equal(undefined);
    expect((await inspectDatabase({ dsn: database.dsn })).migrations.applied).to.deep.equal([]);
  });

  it('reads the rules of everybody', async () => {
    const store = await openStore({ driver: 'postgres', dsn: database.dsn });
    const common = { priority: 10, mode: 'enforce', description: '', createdBy: 'ada' } as const;
    const rule = { ...common, resourceType: 'image', effect: 'deny', pattern: 'alpine' } as const;
    await store.policies.create({ ...rule, tenantId: null });
    await store.tenants.create({ id: 'tn-a', name: 'A' });
    await store.policies.create({ ...rule, tenantId: 'tn-a' });
    await store.close();
    const policies = await inspectPolicies({ dsn: database.dsn });
    expect(policies?.map(({ tenantId }) => tenantId)).to.have.members([null, 'tn-a']);
  });
});

describe('inspectDatabaseDirectory', () => {
  it('finds the owner and the way to its server', async () => {
    await (await createTestDatabase()).drop();
    const { path } = testCluster();
    const seen = await inspectDatabaseDirectory(path);
    expect(seen).to.deep.include({ ownerPid: process.pid, initialised: true, foreignEntries: [] });
    expect((await inspectDatabase({ dsn: seen.dsn ?? '' })).description).to.contain('127.0.0.1');
  });

  it('finds nobody in an empty directory, and writes nothing into it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'inspect-'));
    try {
      expect(await inspectDatabaseDirectory(directory)).to.deep.equal({
        foreignEntries: [],
        initialised: false,
        ownerPid: undefined,
        dsn: undefined,
      });
      writeFileSync(join(directory, 'notes.txt'), 'x');
      writeFileSync(join(directory, 'owner.lock.1'), JSON.stringify({ pid: 1, start: 'long ago' }));
      const seen = await inspectDatabaseDirectory(directory);
      expect(seen).to.deep.include({ foreignEntries: ['notes.txt'], ownerPid: undefined });
      expect(readdirSync(directory).sort()).to.deep.equal(['notes.txt', 'owner.lock.1']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
