import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Principal, ROLE_SCOPES } from '@stacyvm/auth';
import type { AuditEvent } from '@stacyvm/store';
import { expect } from 'chai';
import express, { type ErrorRequestHandler } from 'express';
import type { AdminAudit } from '../../src/audit/admin-audit.js';
import { auditedHandlers, auditRefusals } from '../../src/audit/audited-handlers.js';
import { forbidden } from '../../src/http-errors.js';
import { contextOf, type RequestContext, requestContext } from '../../src/request-context.js';
import { auditHandlers } from '../../src/routes/audit.js';
import { captureLogs } from '../log-capture.js';

const ADMIN: Principal = {
  kind: 'api_key',
  id: 'admin:x',
  role: 'admin',
  scopes: ROLE_SCOPES.admin,
  credentialId: 'c',
};
const TEXTS = {
  ...{ eventId: 'ev-1', tenant: '', intentId: '', actorKind: '', actorId: '', actorTenant: '' },
  ...{ credentialId: '', action: 'x', resource: '', reason: '', method: '', path: '', requestId: '' },
  ...{ sourceAddress: '', userAgent: '', prevHash: '', hash: '' },
};
const EVENT: AuditEvent = {
  ...TEXTS,
  ...{ id: 1, sequence: 1, at: new Date(0), category: 'admin', phase: 'outcome', outcome: 'success' },
  ...{ status: 200, durationMs: 1, detail: {} },
};

describe('an export of the audit whose reader may not read on', () => {
  for (const format of ['ndjson', 'csv']) {
    it(`breaks off as ${format}, which the audit has, with the reason`, async () => {
      const recorded: Parameters<AdminAudit['refused']>[1][] = [];
      const audit: AdminAudit = {
        begin: () => Promise.reject(new Error('it announces nothing')),
        succeeded: async () => undefined,
        refused: async (_requester, refusal) => void recorded.push(refusal),
        unrecordedRefusals: () => 0,
      };
      let context: RequestContext | undefined;
      const app = express();
      app.use(requestContext({ logger: captureLogs().logger, addressOf: () => '192.0.2.1' }));
      app.use((request, _response, next) => {
        context = Object.assign(contextOf(request), { principal: ADMIN, operation: 'listAudit' });
        next();
      });
      const { listAudit } = auditHandlers(
        {
          // There is always more.
          store: {
            audit: { list: async () => ({ items: Array(100).fill(EVENT), nextCursor: 'more' }) },
          } as never,
          audit,
          auditing: { signingKey: undefined, signEnd: () => Promise.reject(new Error('no chain')) },
          clock: () => new Date(0),
        },
        auditedHandlers(audit),
      );
      app.get('/', listAudit);
      app.use(auditRefusals(audit));
      const broken: ErrorRequestHandler = (_error, _request, response, _next) => void response.destroy();
      app.use(broken);
      const server = createServer(app).listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        const response = await fetch(`http://127.0.0.1:${port}/?format=${format}`);
        expect(response.status).to.equal(200);
        const reader = response.body!.getReader();
        expect((await reader.read()).value?.length).to.be.above(0);
        context?.revoke({
          refusal: 'api_key_revoked',
          error: forbidden('credential_revoked', 'as arranged'),
        });
        const error = await (async () => {
          while (!(await reader.read()).done);
        })().catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(Error);
        expect(recorded).to.have.length(1);
        expect(recorded[0]).to.include({
          action: 'audit.list',
          outcome: 'denied',
          reason: 'credential_revoked',
          status: 403,
        });
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });
  }
});
