import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@stacyvm/store/testing';
import { deriveWorkerKey, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { type ControlPlane, startControlPlane } from '../src/control-plane.js';
import { exchange, type Json, parseAnswer, rawRequest } from './api-calls.js';
import { checkAgainstContract } from './check-against-contract.js';
import { type Flags, secret, settingsFor } from './control-plane-fixture.js';
import { eventually } from './eventually.js';
import { captureLogs } from './log-capture.js';

const apiKey = secret();
const signingKey = secret();

const HEARTBEAT = 'POST /api/v1/worker/w/heartbeat';
const SPAWN = 'POST /api/v1/sandboxes';
const ROUTES = [
  'GET /api/v1/sandboxes',
  'GET /api/v1/sandboxes/sb-1',
  SPAWN,
  'DELETE /api/v1/sandboxes/sb-1',
  'POST /api/v1/sandboxes/sb-1/exec',
  'GET /api/v1/sandboxes/sb-1/logs',
  'GET /api/v1/workers',
  'GET /api/v1/workers/w',
  HEARTBEAT,
  'POST /api/v1/worker/w/leases/sb-1/renew',
  'GET /api/v1/admin/diagnostics',
];

describe('a control plane and its Postgres', () => {
  let directory: string;
  let controlPlane: ControlPlane | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stacyvm-outage-'));
  });
  afterEach(async () => {
    await controlPlane?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function start(database: Flags): Promise<void> {
    controlPlane = await startControlPlane({
      settings: settingsFor({
        'server.host': '127.0.0.1',
        'server.port': 0,
        'auth.api_key': apiKey,
        'auth.admin_fallback_enabled': true,
        'auth.worker_signing_key': signingKey,
        ...database,
      }),
      logger: captureLogs().logger,
      version: '0',
      answerCheck: checkAgainstContract,
    });
  }

  async function ask(route: string): Promise<{ readonly status: number; readonly body: Json }> {
    const [method = '', path = ''] = route.split(' ');
    const token = mintWorkerToken({
      key: deriveWorkerKey(signingKey, 'w'),
      workerId: 'w',
      audience: 'worker:control-plane',
      ttlSeconds: 60,
    }).token;
    const headers = { 'x-api-key': apiKey, 'x-worker-id': 'w', 'x-worker-token': token };
    const body = path.endsWith('/exec')
      ? '{"command":"true"}'
      : path.endsWith('/renew')
        ? '{"ttl":"1m"}'
        : '{}';
    const port = Number(new URL(controlPlane?.url ?? '').port);
    const request = rawRequest(method, path, headers, method === 'POST' ? body : '');
    return parseAnswer(await exchange(port, request, 30_000));
  }

  /** A stream of events, by a key of the database. */
  async function listenWithOwnKey() {
    const api = `${controlPlane?.url}/api/v1`;
    const made = await fetch(`${api}/admin/api-keys`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey },
      body: '{"name":"reader","role":"viewer"}',
    });
    const { id: keyId, key } = (await made.json()) as { readonly id: string; readonly key: string };
    const stream = await fetch(`${api}/events`, { headers: { 'x-api-key': key } });
    expect(stream.status).to.equal(200);
    let hasEnded = false;
    const text = stream.text().finally(() => {
      hasEnded = true;
    });
    text.catch(() => undefined);
    return { keyId, text, hasEnded: () => hasEnded };
  }

  const isReady = async (): Promise<void> => {
    expect((await ask('GET /ready')).status).to.equal(200);
  };

  it('killed and gone: every route answers 503, and works when it is back', async function () {
    this.timeout(60_000);
    const path = join(directory, 'postgres');
    let server: EmbeddedPostgres = await startEmbeddedPostgres({ path });
    try {
      await start({ 'database.driver': 'postgres', 'database.dsn': server.dsn() });
      await isReady();
      expect((await ask(HEARTBEAT)).status).to.equal(200);
      const reader = await listenWithOwnKey();
      const port = server.address.port();
      process.kill(server.pid() ?? 0, 'SIGKILL');
      await server.stop();
      const away = performance.now();

      for (const route of ROUTES) {
        const { status, body } = await ask(route);
        expect([status, body['code']], route).to.deep.equal([503, 'UNAVAILABLE']);
        // What is done is audited first; a spawn asks the policies, too, whose last reading holds for two seconds.
        const reasons = [
          'database_unavailable',
          'audit_unavailable',
          ...(route === SPAWN ? ['policy_unavailable'] : []),
        ];
        expect(body['reason'], route).to.be.oneOf(reasons);
        expect(JSON.stringify(body)).not.to.match(/127\.0\.0\.1|postgres|ECONN/);
      }
      expect((await ask(SPAWN)).body).to.include({ code: 'UNAVAILABLE', reason: 'audit_unavailable' });
      const ready = await ask('GET /ready');
      expect(ready.status).to.equal(503);
      expect(ready.body['checks']).to.include({ database: 'unavailable', workers: 'unknown' });
      expect((await ask('GET /live')).status).to.equal(200);
      const diagnostics = await ask('GET /api/v1/diagnostics');
      expect(diagnostics.status).to.equal(200);
      expect(diagnostics.body['store']).to.include({ healthy: false, error: 'database_unavailable' });
      for (const part of ['workers', 'sandboxes']) {
        expect(diagnostics.body[part]).to.include({ total: 0, error: 'database_unavailable' });
      }
      // The port with what stands before it: its digits alone may be among those of a count of bytes.
      expect(JSON.stringify(diagnostics.body)).not.to.match(
        new RegExp(`ECONN|127\\.0\\.0\\.1|:${port}\\b|postgres:`),
      );

      // Meanwhile open calls have been looked at, of which nothing could be told.
      await eventually(() => expect(performance.now() - away).to.be.above(2_500));
      expect(reader.hasEnded(), 'an open call is cut off').to.equal(false);

      server = await startEmbeddedPostgres({ path, port });
      await eventually(isReady);
      expect((await ask(`DELETE /api/v1/admin/api-keys/${reader.keyId}`)).status).to.equal(200);
      expect(await reader.text).to.contain('credential_revoked');
      expect((await ask(HEARTBEAT)).status).to.equal(200);
      expect((await ask('GET /api/v1/workers/w')).body).to.include({ id: 'w' });
      expect((await ask(SPAWN)).body['reason'], 'there is no worker for it').not.to.contain('unavailable');
    } finally {
      await controlPlane?.stop();
      await server.stop();
    }
  });

  it('its own, killed: it is started again, and meanwhile there is no other failure than 503', async function () {
    this.timeout(60_000);
    const path = join(directory, 'postgres');
    await start({ 'database.driver': 'embedded', 'database.path': path });
    await isReady();
    const pidOf = async (): Promise<number> =>
      Number.parseInt(await readFile(join(path, 'data/postmaster.pid'), 'utf8'), 10);
    const killed = await pidOf();
    process.kill(killed, 'SIGKILL');
    const answers = new Set<number>();
    await eventually(async () => {
      const { status } = await ask('GET /api/v1/sandboxes');
      answers.add(status);
      expect(await pidOf()).not.to.equal(killed);
      await isReady();
    }, 30_000);
    expect([...answers]).to.satisfy((all: number[]) => all.every((status) => [200, 503].includes(status)));
    expect((await ask('GET /api/v1/sandboxes')).status).to.equal(200);
    expect((await ask(HEARTBEAT)).status).to.equal(200);
  });
});
