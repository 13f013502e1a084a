import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateSigningKey } from '@stacyvm/audit';
import { createOrchestrator } from '@stacyvm/orchestrator';
import { expect } from 'chai';
import { createApp } from '../../src/app.js';
import { openAudit } from '../../src/audit/open-audit.js';
import { createEdge } from '../../src/callers/edge.js';
import { createTenantDirectory } from '../../src/callers/tenant-directory.js';
import { createHeldAnswers } from '../../src/held-answers.js';
import { createSettingsReload } from '../../src/settings-reload.js';
import { fixedSettings } from '../../src/settings-source.js';
import { openWorkerAuthority } from '../../src/worker-authority.js';
import { call } from '../api-calls.js';
import { checkAgainstContract } from '../check-against-contract.js';
import { type Fixture, settingsFor, startFixture } from '../control-plane-fixture.js';
import { captureLogs } from '../log-capture.js';

describe('the probes', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  const probes = [
    { name: 'health', status: 'ok' },
    { name: 'live', status: 'alive' },
    { name: 'ready', status: 'ready' },
  ];
  for (const { name, status } of probes) {
    it(`/${name} needs no key, with the base path and without it`, async () => {
      for (const path of [`${fixture.url}/${name}`, `${fixture.url}/api/v1/${name}`]) {
        const response = await fetch(path);
        expect(response.status, path).to.equal(200);
        const body = (await response.json()) as Record<string, unknown>;
        expect(body).to.include({ status, version: '1.2.3' });
        expect(body['uptime']).to.match(/^(\d+h)?(\d+m)?\d+s$/);
      }
    });
  }

  it('/ready is ready without a worker, and says that there is none', async () => {
    const { status, body } = await call(fixture, '/ready', { key: null });
    expect(status).to.equal(200);
    expect(body['checks']).to.deep.equal({ database: 'ok', workers: 'none_online', draining: 'ok' });
  });

  it('/ready tells of a worker that is online, and no more when it drains', async () => {
    const worker = { id: 'w', hostname: 'h', providers: null, capabilities: null, capacity: {} };
    await fixture.store.workers.upsertHeartbeat(worker);
    expect((await call(fixture, '/ready')).body['checks']).to.include({ workers: 'ok' });
    await fixture.store.workers.upsertHeartbeat({ ...worker, status: 'draining' });
    expect((await call(fixture, '/ready')).body['checks']).to.include({ workers: 'none_online' });
  });

  it('/ready is not ready while the process drains', async () => {
    const { logger } = captureLogs();
    // It stands still: a slow start must not add a second to the uptime.
    const now = new Date();
    const clock = () => now;
    const settings = settingsFor({
      'auth.api_key': fixture.apiKey,
      'audit.signing_key': generateSigningKey(),
    });
    const auditing = openAudit({ settings, store: fixture.store, syslogTls: undefined, logger, clock });
    const authority = await openWorkerAuthority({
      settings,
      store: fixture.store,
      sharedBuckets: { take: async () => undefined },
      auditing,
      logger,
      clock,
    });
    const app = createApp({
      ...authority,
      auditing,
      ...createEdge(settings, logger, clock),
      bearerRevocations: { putInForce: async () => undefined, isRevoked: () => false },
      settings: createSettingsReload({ initial: settings, parts: [], logger }),
      settingsSource: fixedSettings(clock()),
      tls: { server: undefined, rpc: undefined, certificates: () => [], materials: () => [] },
      tokenProfile: () => 'strict',
      orchestrator: createOrchestrator({
        store: fixture.store,
        workerCredentials: authority.identity,
        defaults: { image: 'host', provider: 'mock', memoryMb: 64, vcpus: 1, ttlMs: 1_000, maxTtlMs: 1_000 },
        execLimits: { defaultTimeoutMs: 0, maxTimeoutMs: 1_000 },
        maxSandboxes: 0,
        spawnTimeoutMs: 1_000,
        reapIntervalMs: 1_000,
        reconcileIntervalMs: 1_000,
        logger,
      }),
      store: fixture.store,
      tenantDirectory: createTenantDirectory(fixture.store),
      openCalls: { watch: (_request, _response, next) => next() },
      heldAnswers: createHeldAnswers(),
      events: { serve: () => Promise.reject(new Error('not asked for')) },
      logger,
      clock,
      version: '0',
      startedAt: new Date(now.getTime() - 3_723_400),
      draining: () => true,
      answerCheck: checkAgainstContract,
    });
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`);
      const body = (await response.json()) as Record<string, unknown>;
      expect(response.status).to.equal(503);
      expect(body).to.include({ status: 'not_ready', uptime: '1h2m3s' });
      expect(body['checks']).to.include({ database: 'ok', draining: 'draining' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
