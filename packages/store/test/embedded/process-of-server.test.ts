import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { type ScratchDirectory, scratchDirectory } from './scratch-directory.js';

describe('the process id of an embedded Postgres', function () {
  this.timeout(60_000);
  let scratch: ScratchDirectory;
  let server: EmbeddedPostgres;
  before(async () => {
    scratch = await scratchDirectory();
    server = await startEmbeddedPostgres({ path: join(scratch.path, 'db'), durable: false });
  });
  after(async () => {
    await server.stop();
    await scratch.remove();
  });

  it('is never that of a process which is gone, not even while a session of it lives on', async () => {
    const pid = server.pid() ?? 0;
    const client = new pg.Client({ connectionString: server.dsn() });
    client.on('error', () => {});
    await client.connect();
    const session = Number((await client.query('select pg_backend_pid() as pid')).rows[0].pid);
    // It keeps the log of the server open, as if the last words were still on their way.
    process.kill(session, 'SIGSTOP');
    try {
      process.kill(pid, 'SIGKILL');
      while (server.pid() === pid) {
        process.kill(pid, 0);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      process.kill(session, 'SIGKILL');
      await client.end().catch(() => {});
    }
  });
});
