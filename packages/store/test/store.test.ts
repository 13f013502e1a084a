import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import { connectFirst, createDatabasePool } from '../src/connection-pool.js';
import { openStore, type Store, StoreError } from '../src/index.js';
import { silentLogger } from '../src/logger.js';
import { createTestDatabase, type TestDatabase, testCluster } from '../src/testing.js';
import { eventually } from './eventually.js';
import { rejection } from './rejection.js';
import { heartbeat } from './store-fixture.js';

describe('openStore on a DSN', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  const administer = async (statement: string) => {
    const client = new pg.Client({ connectionString: database.dsn });
    await client.connect();
    try {
      return await client.query<Record<string, unknown>>(statement);
    } finally {
      await client.end();
    }
  };

  describe('when the DSN is wrong', () => {
    const secret = 'hunter2-very-secret';
    const open = (dsn: string) => openStore({ driver: 'postgres', dsn });
    const withPart = (part: 'password' | 'pathname' | 'username' | 'port', value: string): string =>
      Object.assign(new URL(database.dsn), { [part]: value }).href;

    const cases: ReadonlyArray<[string, () => string, StoreError['code'], RegExp]> = [
      ['is no URL', () => `host=db password=${secret}`, 'configuration', /must be a URL/],
      ['is empty', () => '', 'configuration', /must be a URL/],
      ['has another scheme', () => `mysql://u:${secret}@db/x`, 'configuration', /must be a URL/],
      [
        'cannot be parsed',
        () => `postgres://u:${secret}@db:99999999/x`,
        'configuration',
        /not a valid Postgres URL/,
      ],
      [
        'has a wrong password',
        () => withPart('password', secret),
        'configuration',
        /password authentication failed/,
      ],
      [
        'names a missing database',
        () => withPart('pathname', '/none'),
        'configuration',
        /"none" does not exist/,
      ],
      ['names a missing role', () => withPart('username', 'nobody'), 'configuration', /user "nobody"/],
      [
        'names a port where nobody listens',
        () => withPart('port', '1'),
        'unavailable',
        /127\.0\.0\.1:1.*ECONNREFUSED/,
      ],
      [
        'names a host that does not exist',
        () => `postgres://u:${secret}@host.invalid/x`,
        'unavailable',
        /host\.invalid:5432/,
      ],
      [
        'names a certificate that is not there',
        () => `postgres://u:${secret}@db/x?sslrootcert=/nonexistent.pem`,
        'configuration',
        /nonexistent\.pem/,
      ],
      [
        'asks for TLS that the server does not have',
        () => `${withPart('password', secret)}?sslmode=verify-full`,
        'configuration',
        /SSL/,
      ],
    ];
    for (const [name, dsn, code, message] of cases) {
      it(`says so and keeps the password to itself when it ${name}`, async () => {
        const refusal = await rejection(open(dsn()), code);
        expect(refusal.message).to.match(message);
        expect(inspect(refusal, { depth: 10, showHidden: true })).not.to.contain(secret);
        const password = new URL(database.dsn).password;
        expect(inspect(refusal, { depth: 10, showHidden: true })).not.to.contain(password);
      });
    }

    for (const poolSize of [0, 1.5, 501]) {
      it(`refuses a pool of ${poolSize}`, async () => {
        await rejection(openStore({ driver: 'postgres', dsn: database.dsn, poolSize }), 'configuration');
      });
    }
  });

  describe('when the server does not answer', () => {
    it('gives up on a ping after its timeout and on abort', async () => {
      const store = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 1 });
      await store.ping();
      // The session of the migration may take a moment to go.
      const session = await eventually(async () => {
        const { rows } = await administer(
          `select pid from pg_stat_activity where application_name = 'stacyvm' and datname = current_database()`,
        );
        expect(rows).to.have.length(1);
        return Number(rows[0]?.['pid']);
      });
      process.kill(session, 'SIGSTOP');
      try {
        const late = await rejection(store.ping({ timeoutMs: 50 }), 'unavailable');
        expect(late.message).to.equal('database unavailable: no answer within 50 ms');
        const abort = new AbortController();
        const aborted = rejection(store.ping({ signal: abort.signal }), 'unavailable');
        abort.abort();
        expect((await aborted).message).to.equal('database unavailable: the check was aborted');
      } finally {
        process.kill(session, 'SIGCONT');
      }
      await store.ping();
      await store.close();
    });

    it('gives up on a connection that nobody greets', async () => {
      const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      const pool = createDatabasePool({
        target: { kind: 'dsn', dsn: `postgres://u:p@127.0.0.1:${port}/x` },
        logger: silentLogger,
        connectTimeoutMs: 50,
      });
      await rejection(connectFirst(pool), 'unavailable');
      await pool.close();
      silent.close();
    });

    it('gives up on a pool whose connections are all busy', async () => {
      const pool = createDatabasePool({
        target: { kind: 'dsn', dsn: database.dsn },
        logger: silentLogger,
        poolSize: 1,
        // Also how long the first connection may take.
        connectTimeoutMs: 500,
      });
      await pool.db.connection().execute(async () => {
        await rejection(connectFirst(pool), 'unavailable');
      });
      await connectFirst(pool);
      await pool.close();
    });
  });

  describe('when the server goes away', () => {
    let store: Store;
    beforeEach(async () => {
      store = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 4 });
      await store.workers.upsertHeartbeat(heartbeat('kept'));
    });
    afterEach(() => store.close());

    it('fails quickly with unavailable and works again when the server is back', async () => {
      await testCluster().takeDown();
      try {
        const started = performance.now();
        const attempts = await Promise.all(
          Array.from({ length: 10 }, () => rejection(store.workers.list(), 'unavailable')),
        );
        expect(attempts[0]!.message).to.match(/^database unavailable: /);
        await rejection(store.ping(), 'unavailable');
        await rejection(store.sandboxes.markDestroyed('sb-1'), 'unavailable');
        expect(performance.now() - started).to.be.below(2_000);
      } finally {
        await testCluster().bringUp();
      }
      expect((await store.workers.list()).items.map(({ id }) => id)).to.deep.equal(['kept']);
    });

    it('survives a crash of the server in the middle of its work', async () => {
      let stop = false;
      let failures = 0;
      const hammer = async (): Promise<void> => {
        while (!stop) {
          await store.workers.upsertHeartbeat(heartbeat('kept')).catch((error: unknown) => {
            expect(error).to.be.instanceOf(StoreError).with.property('code', 'unavailable');
            failures += 1;
          });
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const work = Promise.all([hammer(), hammer(), hammer(), hammer()]);
      const before = testCluster().pid;
      testCluster().kill();
      await eventually(() => expect(testCluster().pid).to.not.be.oneOf([before, undefined]));
      await eventually(() => store.ping());
      stop = true;
      await work;
      expect(failures).to.be.greaterThan(0);
      expect(await store.workers.get('kept')).to.include({ id: 'kept' });
    });

    it('loses an idle session without an unhandled error', async () => {
      await testCluster().takeDown();
      await testCluster().bringUp();
      await store.ping();
    });
  });

  describe('close', () => {
    it('may be called again, and every later call says closed', async () => {
      const store = await openStore({ driver: 'postgres', dsn: database.dsn });
      await Promise.all([store.close(), store.close()]);
      await store.close();
      await rejection(store.ping(), 'closed');
      await rejection(store.workers.list(), 'closed');
      await rejection(store.sandboxes.markDestroyed('sb-1'), 'closed');
    });

    it('lets running statements finish', async () => {
      const store = await openStore({ driver: 'postgres', dsn: database.dsn });
      const pending = store.workers.count();
      await new Promise((resolve) => setImmediate(resolve));
      await store.close();
      expect(await pending).to.be.a('number');
    });
  });
});
