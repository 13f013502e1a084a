import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { listOperations } from '@stacyvm/api';
import { StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import express from 'express';
import { auditedHandlers } from '../../src/audit/audited-handlers.js';
import { AUDITED_OPERATIONS } from '../../src/audit/audited-operations.js';
import { problemOf } from '../../src/http-errors.js';
import { requestContext } from '../../src/request-context.js';
import { admin, auditOf } from '../admin-calls.js';
import { call } from '../api-calls.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';
import { captureLogs } from '../log-capture.js';

describe('the audit of administrators', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  const pathOf = (path: string) =>
    path.replace('{id}', `rv-${'0'.repeat(24)}`).replaceAll(/\{\w+\}/g, 'nobody');
  const operations = listOperations().filter(
    ({ path, scope, method }) => path.startsWith('/admin/') || (scope === 'admin:*' && method !== 'get'),
  );

  it('covers every operation below /admin, every change that only administrators make, logouts, and nothing else', () => {
    const audited = [...operations.map(({ id }) => id), 'backChannelLogout'];
    expect(Object.keys(AUDITED_OPERATIONS).sort()).to.deep.equal(audited.sort());
    for (const { scope } of operations) expect(scope).to.be.oneOf(['admin:*', 'tenant:admin']);
  });

  for (const [index, { id, method, path }] of operations.entries()) {
    const options = {
      method: method.toUpperCase(),
      ...(['post', 'put', 'patch'].includes(method) ? { body: {} } : {}),
    };
    it(`${id}: the refusal of an unknown caller, of one who may not, and what comes of one who may`, async () => {
      // Of unknown callers at one address only 60 refusals in a minute are recorded, and there are more operations.
      if (index % 50 === 49) {
        await fixture.stop();
        await fixture.restart();
      }
      const outcomes: string[] = [];
      const asked = [
        [null, 'anonymous'],
        [fixture.apiKey, 'api'],
        [fixture.adminKey, 'admin'],
      ] as const;
      for (const [key, name] of asked) {
        const requestId = `${id}-${name}`;
        await call(fixture, pathOf(path), { ...options, key, headers: { 'X-Request-ID': requestId } });
        const entry = await auditOf(fixture, requestId);
        expect(entry).to.include({ action: AUDITED_OPERATIONS[id as 'getWorkerKeys'].action });
        expect(entry.sourceAddress).to.equal('127.0.0.1');
        expect(entry.actorId.split(':')[0]).to.equal(name === 'anonymous' ? '' : name);
        outcomes.push(`${entry.outcome} ${entry.reason}`.trim());
      }
      expect(outcomes.slice(0, 2)).to.deep.equal(['denied api_key_missing', 'denied missing_scope']);
      expect(outcomes[2]).to.be.oneOf([
        'success',
        'failure invalid_request',
        'failure not_found',
        'failure audit_unsigned',
        'failure worker_not_found',
        'failure tenant_not_found',
        'failure api_key_not_found',
        'failure credential_required',
        'failure quota_not_found',
      ]);
    });
  }

  it('does not believe what a caller says about where it is', async () => {
    const headers = {
      'X-Request-ID': 'forged',
      'X-Forwarded-For': '1.2.3.4',
      'X-Real-IP': '1.2.3.4',
      'X-User-ID': 'root',
    };
    await admin(fixture, '/worker-keys', { headers });
    const entry = await auditOf(fixture, 'forged');
    expect(entry.sourceAddress).to.equal('127.0.0.1');
    expect(entry.actorId).to.match(/^admin:[0-9a-f]{16}$/);
  });

  it('has nothing of what is not below /admin, and no key', async () => {
    await call(fixture, '/sandboxes', { headers: { 'X-Request-ID': 'not-admin' } });
    const wrong = secret();
    await admin(fixture, '/worker-keys', { key: wrong, headers: { 'X-Request-ID': 'wrong-key' } });
    expect(await auditOf(fixture, 'wrong-key')).to.include({ reason: 'api_key_invalid' });
    const { items } = await fixture.store.audit.list({ limit: 1000 });
    expect(items.some(({ requestId }) => requestId === 'not-admin')).to.equal(false);
    for (const key of [wrong, fixture.apiKey, fixture.adminKey]) {
      expect(JSON.stringify(items)).not.to.contain(key);
    }
  });

  it('keeps a flood of unknown callers out of the database, but not out of the log', async () => {
    const flooded = await startFixture();
    try {
      for (let n = 0; n < 70; n += 1) await admin(flooded, '/worker-keys', { key: null });
      expect((await flooded.store.audit.list({ limit: 1000 })).items).to.have.length(60);
      expect(flooded.logs.records('refusal not audited: too many from one caller')).to.have.length(10);
      await admin(flooded, '/worker-keys', { headers: { 'X-Request-ID': 'known' } });
      expect(await auditOf(flooded, 'known')).to.include({ outcome: 'success' });
    } finally {
      await flooded.dispose();
    }
  });

  it('comes before the answer: what cannot be recorded is not answered', async () => {
    const app = express();
    app.use(requestContext({ logger: captureLogs().logger, addressOf: () => '' }));
    const audited = auditedHandlers({
      succeeded: () => Promise.reject(new StoreError('unavailable', 'the database is away')),
    });
    app.post(
      '/',
      audited('issueWorkerToken', async () => ({ body: { token: 'a secret' } })),
    );
    app.use(((error, _request, response, _next) => {
      response.status(problemOf(error).status).json(problemOf(error));
    }) as express.ErrorRequestHandler);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { connection: 'close' },
    });
    const text = await answer.text();
    server.close();
    expect(answer.status).to.equal(503);
    expect(text).not.to.contain('a secret');
  });
});
