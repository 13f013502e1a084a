import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { connectFirst, createDatabasePool } from '../../src/connection-pool.js';
import { findPostgresBinaries } from '../../src/embedded/binaries.js';
import { initialiseCluster } from '../../src/embedded/data-directory.js';
import { databaseAccount } from '../../src/embedded/database-account.js';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { createLauncher, firstUnreachable } from '../../src/embedded/launcher.js';
import { freeLoopbackPort } from '../../src/embedded/loopback-port.js';
import { startPostmaster, stopStaleServer } from '../../src/embedded/postmaster.js';
import { postgresProcesses, processStart } from '../../src/embedded/process-identity.js';
import { SupervisedServer } from '../../src/embedded/supervised-server.js';
import { openStore, StoreError } from '../../src/index.js';
import { silentLogger } from '../../src/logger.js';
import { eventually } from '../eventually.js';
import { rejection } from '../rejection.js';
import { heartbeat } from '../store-fixture.js';
import { type ScratchDirectory, scratchDirectory } from './scratch-directory.js';

async function postmasterPid(path: string): Promise<number> {
  return Number.parseInt(await readFile(join(path, 'data', 'postmaster.pid'), 'utf8'), 10);
}

async function isGone(pid: number): Promise<void> {
  expect(await processStart(pid), `process ${pid}`).to.equal(undefined);
}

/** As root the binaries, too, must be within reach of the account: the project itself may lie below a closed directory. */
async function expectedMode(access: 'closed' | 'passable'): Promise<'own' | 'account' | 'namespace'> {
  const account = await databaseAccount(silentLogger);
  if (account === undefined) return 'own';
  const { root } = await findPostgresBinaries();
  const reachable = access === 'passable' && (await firstUnreachable(root, account)) === undefined;
  return reachable ? 'account' : 'namespace';
}

/** A cluster without anyone who looks after its server. */
async function bareCluster(directory: string) {
  const binaries = await findPostgresBinaries();
  const account = await databaseAccount(silentLogger);
  const { dataDirectory, password } = await initialiseCluster(directory, {
    binaries,
    account,
    durable: false,
  });
  const launcher = await createLauncher(binaries, dataDirectory, account);
  const shared = { durable: false, maxConnections: 10, logger: silentLogger, keepAlive: true };
  return { password, options: { launcher, dataDirectory, ...shared } };
}

describe('embedded Postgres', function () {
  // Up to three starts of a server, one of them with initdb.
  this.timeout(60_000);
  let scratch: ScratchDirectory;
  let path: string;
  // Made once, so that only the tests of the first start wait for initdb; every test leaves it closed.
  before(async () => {
    scratch = await scratchDirectory();
    path = join(scratch.path, 'db');
    await (await openStore({ driver: 'embedded', path })).close();
  });
  after(() => scratch.remove());
  afterEach(async () => {
    expect(await postgresProcesses(join(path, 'data')), 'left behind').to.deep.equal([]);
  });

  for (const access of ['closed', 'passable'] as const) {
    it(`starts below a ${access} directory, keeps its data, and leaves no process`, async () => {
      const own = await scratchDirectory(access);
      const fresh = join(own.path, 'db');
      try {
        const first = await openStore({ driver: 'embedded', path: fresh });
        await first.workers.upsertHeartbeat(heartbeat('kept'));
        const pid = await postmasterPid(fresh);
        expect(await processStart(pid)).to.be.a('string');
        await first.close();
        await isGone(pid);
        expect(await readdir(fresh)).to.have.members(['data', 'password', 'owner.lock.1']);

        const second = await openStore({ driver: 'embedded', path: fresh });
        expect(await second.workers.get('kept')).to.include({ id: 'kept' });
        await second.close();
        expect(await postgresProcesses(join(fresh, 'data'))).to.deep.equal([]);

        const server = await startEmbeddedPostgres({ path: fresh });
        await server.stop();
        expect(server.launchMode).to.equal(await expectedMode(access));
      } finally {
        await own.remove();
      }
    });
  }

  it('is never root, listens on loopback only, and is durable', async () => {
    const server = await startEmbeddedPostgres({ path });
    const client = new pg.Client({ connectionString: server.dsn() });
    await client.connect();
    const show = async (name: string) => (await client.query(`show ${name}`)).rows[0][name] as string;
    expect(await show('listen_addresses')).to.equal('127.0.0.1');
    expect(await show('unix_socket_directories')).to.equal('');
    expect(await show('fsync')).to.equal('on');
    expect(await show('full_page_writes')).to.equal('on');
    expect(await show('server_encoding')).to.equal('UTF8');
    expect(await show('data_checksums')).to.equal('on');
    await client.end();
    const status = await readFile(`/proc/${server.pid()}/status`, 'utf8').catch(() => undefined);
    if (status !== undefined) {
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.to.equal('0');
      const environment = await readFile(`/proc/${server.pid()}/environ`, 'utf8');
      const names = environment.split('\0').map((entry) => entry.split('=')[0] ?? '');
      // PG_GRANDPARENT_PID and the like are the server's own.
      expect(
        names.filter((name) => !/^(?:PATH|LANG|LC_\w+|TZ|PG\w+|PWD|SHLVL|_|)$/.test(name)),
      ).to.deep.equal([]);
    }
    await server.stop();
  });

  it('wants the password', async () => {
    const server = await startEmbeddedPostgres({ path, durable: false });
    const wrong = Object.assign(new URL(server.dsn()), { password: 'guess' }).href;
    const refusal = await rejection(openStore({ driver: 'postgres', dsn: wrong }), 'configuration');
    expect(refusal.message).to.match(/password authentication failed/);
    await server.stop();
  });

  it('comes back by itself after a crash, and the same store with it', async () => {
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message) };
    const store = await openStore({ driver: 'embedded', path, logger });
    await store.workers.upsertHeartbeat(heartbeat('kept'));
    const pid = await postmasterPid(path);
    process.kill(pid, 'SIGKILL');
    let failure: unknown;
    while (failure === undefined) {
      failure = await store.ping().then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(failure).to.be.instanceOf(StoreError).with.property('code', 'unavailable');
    await eventually(() => store.ping());
    expect(await store.workers.get('kept')).to.include({ id: 'kept' });
    expect(await postmasterPid(path)).not.to.equal(pid);
    expect(warnings).to.include('embedded Postgres stopped unexpectedly; restarting it');
    await store.close();
    expect(await postgresProcesses(join(path, 'data'))).to.deep.equal([]);
  });

  it('refuses a port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    try {
      const refusal = await rejection(openStore({ driver: 'embedded', path, port }), 'configuration');
      expect(refusal.message).to.contain(`did not start on port ${port}`);
    } finally {
      holder.close();
    }
    const store = await openStore({ driver: 'embedded', path, port });
    await store.close();
  });

  it('may be stopped in the middle of a restart', async () => {
    const server = await startEmbeddedPostgres({ path, durable: false });
    process.kill(server.pid()!, 'SIGKILL');
    await eventually(() => expect(server.pid()).to.equal(undefined));
    await Promise.all([server.stop(), server.stop()]);
    expect(server.pid()).to.equal(undefined);
    // What the killed one had begun notices its end by itself.
    await eventually(async () => expect(await postgresProcesses(join(path, 'data'))).to.deep.equal([]));
  });

  it('refuses a second owner while the first lives', async () => {
    const store = await openStore({ driver: 'embedded', path });
    const refusal = await rejection(openStore({ driver: 'embedded', path }), 'in_use');
    expect(refusal.message).to.contain(`pid ${process.pid}`);
    await store.ping();
    await store.close();
  });

  describe('when its owner is killed', () => {
    const children: ChildProcess[] = [];
    afterEach(() => {
      for (const child of children.splice(0)) {
        child.kill('SIGKILL');
      }
    });

    const startOwner = async (): Promise<ChildProcess> => {
      const script = fileURLToPath(new URL('./owner-process.ts', import.meta.url));
      const child = spawn(process.execPath, ['--import', 'tsx', script, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      await once(child.stdout!, 'data');
      return child;
    };

    it('ends too, and the next owner takes over the data at once', async () => {
      const owner = await startOwner();
      const pid = await postmasterPid(path);
      const refusal = await rejection(openStore({ driver: 'embedded', path }), 'in_use');
      expect(refusal.message).to.contain(`already in use by pid ${owner.pid}`);
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      const store = await openStore({ driver: 'embedded', path });
      await isGone(pid);
      expect(await store.workers.get('left-behind')).to.include({ id: 'left-behind' });
      await store.close();
    });

    it('ends without anyone asking for it', async () => {
      const owner = await startOwner();
      const pid = await postmasterPid(path);
      owner.kill('SIGKILL');
      await eventually(() => isGone(pid));
    });
  });
});

describe('a cluster without an owner', function () {
  this.timeout(60_000);
  let scratch: ScratchDirectory;
  let cluster: Awaited<ReturnType<typeof bareCluster>>;
  before(async () => {
    scratch = await scratchDirectory();
    cluster = await bareCluster(scratch.path);
  });
  after(() => scratch.remove());

  it('moves to another port when its own is taken while it is down, and a pool follows', async () => {
    const thief = createServer((socket) => socket.destroy());
    let starts = 0;
    const server = await SupervisedServer.start({
      async start(port, signal) {
        starts += 1;
        if (starts === 2) {
          thief.listen(port, '127.0.0.1');
          await once(thief, 'listening');
        }
        return startPostmaster({ ...cluster.options, port, signal });
      },
      fixedPort: undefined,
      logger: silentLogger,
    });
    const address = { host: '127.0.0.1', user: 'stacyvm', password: cluster.password, database: 'postgres' };
    const pool = createDatabasePool({
      target: { kind: 'server', server: { ...address, port: () => server.port } },
      logger: silentLogger,
    });
    try {
      await connectFirst(pool);
      const { port } = server;
      process.kill(server.pid!, 'SIGKILL');
      await eventually(() => expect(server.port).not.to.equal(port));
      await eventually(() => connectFirst(pool));
      expect(starts).to.equal(3);
    } finally {
      await pool.close();
      await server.stop();
      thief.close();
    }
  });

  it('lets stopStaleServer end a server that still works on its data, sessions included, and nothing else', async () => {
    const { options, password } = cluster;
    const { dataDirectory } = options;
    const port = await freeLoopbackPort();
    const result = await startPostmaster({ ...options, port, signal: new AbortController().signal });
    if (!result.started) {
      return expect.fail(result.reason);
    }
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'stacyvm',
      password,
      database: 'postgres',
    });
    client.on('error', () => {});
    await client.connect();
    expect((await postgresProcesses(dataDirectory)).length).to.be.greaterThan(2);
    const warnings: unknown[] = [];
    const warn = (_message: string, fields?: Record<string, unknown>) => void warnings.push(fields?.['pid']);
    await stopStaleServer(dataDirectory, { ...silentLogger, warn });
    expect(warnings).to.deep.equal([result.postmaster.pid]);
    await result.postmaster.exited;
    expect(await postgresProcesses(dataDirectory)).to.deep.equal([]);
    await stopStaleServer(dataDirectory, { ...silentLogger, warn });
    expect(warnings).to.have.length(1);
    await client.end().catch(() => {});
  });
});
