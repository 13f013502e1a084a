import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import { processStart } from '../src/embedded/process-identity.js';
import { inspectDatabase } from '../src/inspection.js';
import { createMigratedDatabase, createTestDatabase } from '../src/testing.js';
import { eventually } from './eventually.js';

const run = promisify(execFile);

describe('createMigratedDatabase', () => {
  it('makes databases of their own that have the newest schema already', async () => {
    const [one, two] = await Promise.all([createMigratedDatabase(), createMigratedDatabase()]);
    expect(one.dsn).not.to.equal(two.dsn);
    for (const { dsn, drop } of [one, two]) {
      const { migrations, workers } = await inspectDatabase({ dsn });
      expect(migrations).to.deep.include({ pending: [], unknown: [] });
      expect(workers).to.deep.equal([]);
      await drop();
    }
  });
});

describe('createTestDatabase', () => {
  it('makes separate empty databases on one server', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    expect(new URL(one.dsn).port).to.equal(new URL(two.dsn).port);
    expect(new URL(one.dsn).pathname).not.to.equal(new URL(two.dsn).pathname);
    await Promise.all([one.drop(), two.drop()]);
  });

  it('drops a database that is in use, and again', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.dsn });
    client.on('error', () => {});
    await client.connect();
    await database.drop();
    await database.drop();
    await client.query('select 1').then(
      () => expect.fail('the session should be gone'),
      () => {},
    );
    await client.end().catch(() => {});
  });

  it('leaves neither process nor files behind when a run ends without stopping it', async function () {
    this.timeout(60_000);
    const script = `
      const { createTestDatabase, testCluster } = await import(process.argv[1]);
      await createTestDatabase();
      console.log(JSON.stringify({ pid: testCluster().pid, path: testCluster().path }));`;
    const module = new URL('../src/testing.ts', import.meta.url).href;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script, module];
    const { stdout } = await run(process.execPath, args);
    const { pid, path } = JSON.parse(stdout) as { pid: number; path: string };
    expect(pid).to.be.greaterThan(0);
    await eventually(async () => expect(await processStart(pid)).to.equal(undefined));
    expect(existsSync(path)).to.equal(false);
  });
});
