import { type AuditEvent, type NewAuditEvent, StoreError } from '@stacyvm/store';
import { expect } from 'chai';
import { createAdminAudit, type Requester, UNKNOWN_ACTOR } from '../../src/audit/admin-audit.js';
import { type AuditMode, createAuditLog } from '../../src/audit/audit-log.js';
import { RequestError } from '../../src/http-errors.js';
import { captureLogs } from '../log-capture.js';

const REQUESTER: Requester = {
  actor: { kind: 'api_key', id: 'ann', credentialId: 'ak-1', tenant: 'tn-1' },
  requestId: 'req-1',
  sourceAddress: '192.0.2.7',
  tenant: 'tn-1',
};
const ACTION = { category: 'operation', action: 'sandbox.exec', resource: 'sandbox:sb-1' } as const;

/** An audit on a store that works until it is broken. */
function open(mode: AuditMode) {
  const events: NewAuditEvent[] = [];
  const broken = { store: false };
  let recorded = 0;
  const { logger, records } = captureLogs();
  const append = async (event: NewAuditEvent): Promise<AuditEvent> => {
    if (broken.store) throw new StoreError('unavailable', 'the database is away');
    events.push(event);
    const given = { ...event, eventId: `ae-${events.length}`, at: new Date(0), sequence: events.length };
    return given as unknown as AuditEvent;
  };
  const log = createAuditLog({
    store: { audit: { append } as never },
    onRecorded: () => {
      recorded += 1;
    },
    mode,
    logger,
  });
  return { audit: createAdminAudit(log, logger), log, events, recorded: () => recorded, broken, records };
}

async function refusal(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof RequestError ? [error.problem.status, error.problem.reason] : error;
}

describe('the audit of what is done', () => {
  it('has an intent before and an outcome after, which name each other', async () => {
    const { audit, events, recorded } = open('required');
    const attempt = await audit.begin(REQUESTER, ACTION);
    expect(events).to.have.length(1);
    attempt.note({ resource: 'sandbox:sb-2', detail: { exit_code: 3 } });
    await attempt.end({ outcome: 'success', status: 200 });
    await attempt.end({ outcome: 'failure', reason: 'late' });
    expect(events).to.have.length(2);
    expect(events[0]).to.include({ phase: 'intent', outcome: '', tenant: 'tn-1', actorTenant: 'tn-1' });
    expect(events[1]).to.deep.include({
      intentId: 'ae-1',
      outcome: 'success',
      resource: 'sandbox:sb-2',
      detail: { exit_code: 3 },
      status: 200,
    });
    expect(recorded()).to.equal(2);
  });

  it('required: does not begin what cannot be recorded', async () => {
    const { audit, broken, log, recorded } = open('required');
    broken.store = true;
    expect(await refusal(audit.begin(REQUESTER, ACTION))).to.deep.equal([503, 'audit_unavailable']);
    expect(await refusal(audit.succeeded(REQUESTER, ACTION))).to.deep.equal([503, 'audit_unavailable']);
    broken.store = false;
    const attempt = await audit.begin(REQUESTER, ACTION);
    broken.store = true;
    const ended = attempt.endBeforeAnswer({ outcome: 'success' });
    expect(await refusal(ended)).to.deep.equal([503, 'audit_unavailable']);
    expect([log.status().lost, recorded()]).to.deep.equal([3, 1]);
  });

  it('best_effort: goes on all the same, and says in the log what is missing', async () => {
    const { audit, broken, records } = open('best_effort');
    broken.store = true;
    const attempt = await audit.begin(REQUESTER, ACTION);
    await attempt.endBeforeAnswer({ outcome: 'success' });
    const said = records('not audited');
    expect(said).to.have.length(2);
    expect(said[0]).to.include({ action: 'sandbox.exec', actor: 'ann', request_id: 'req-1' });
  });

  it('never fails about what has happened already', async () => {
    const { audit, broken, records } = open('required');
    const attempt = await audit.begin(REQUESTER, ACTION);
    broken.store = true;
    await attempt.end({ outcome: 'success' });
    await audit.refused(REQUESTER, { ...ACTION, outcome: 'denied', reason: 'missing_scope' });
    expect(records('not audited')).to.have.length(2);
  });

  it('bounds refusals: of unknown callers by address, of known ones by who they are', async () => {
    const { audit, events, records } = open('required');
    const refused = { ...ACTION, outcome: 'denied', reason: 'x' } as const;
    const stranger = { ...REQUESTER, actor: UNKNOWN_ACTOR };
    for (let n = 0; n < 61; n += 1) await audit.refused(stranger, refused);
    expect(events).to.have.length(60);
    await audit.refused({ ...stranger, sourceAddress: '192.0.2.8' }, refused);
    expect(events).to.have.length(61);
    for (let n = 0; n < 601; n += 1) await audit.refused(REQUESTER, refused);
    expect(events).to.have.length(661);
    expect(records('refusal not audited: too many from one caller')).to.have.length(2);
  });

  it('counts refusals of all addresses together that one host has for itself', async () => {
    const { audit, events } = open('best_effort');
    const refusal = { ...ACTION, outcome: 'denied', reason: 'api_key_invalid', status: 401 } as const;
    for (let n = 0; n < 200; n += 1) {
      const sourceAddress = `2001:db8:0:7::${n.toString(16)}`;
      await audit.refused({ ...REQUESTER, actor: UNKNOWN_ACTOR, sourceAddress }, refusal);
    }
    expect(events).to.have.length(60);
    await audit.refused({ ...REQUESTER, actor: UNKNOWN_ACTOR, sourceAddress: '2001:db8:0:8::1' }, refusal);
    expect(events).to.have.length(61);
  });
});
