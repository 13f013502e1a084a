import {
  type AuditRecord,
  chainRecord,
  EMPTY_CHAIN,
  generateSigningKey,
  makeStatement,
  readSigningKey,
  type Verification,
  verifyExport,
} from '@stacyvm/audit';
import { auditRecordOf, openStore, type Store } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { expect } from 'chai';
import pg from 'pg';
import { chainExport } from '../../src/audit/chain-export.js';
import { startCheckpoints } from '../../src/audit/checkpoints.js';
import { createEndSigning } from '../../src/audit/end-signing.js';
import { captureLogs } from '../log-capture.js';

describe('a chain that somebody makes anew in the database', () => {
  const key = readSigningKey(generateSigningKey());
  const clock = () => new Date(Date.UTC(2030, 0, 1));
  let database: TestDatabase;
  let store: Store;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    store = await openStore({ driver: 'postgres', dsn: database.dsn, clock });
    client = new pg.Client({ connectionString: database.dsn });
    await client.connect();
    await client.query('set session_replication_role = replica');
  });
  after(async () => {
    await client?.end();
    await store?.close();
    await database?.drop();
  });

  async function append(tenant: string, actorId: string): Promise<void> {
    await store.audit.append({
      tenant,
      category: 'operation',
      actorKind: 'api_key',
      actorId,
      credentialId: 'ak-1',
      action: 'sandbox.exec',
      resource: 'sandbox:sb-1',
      outcome: 'success',
      reason: '',
      requestId: 'req-1',
      sourceAddress: '192.0.2.7',
    });
  }

  /** As if another had done everything, every hash right, and nothing signed yet. */
  async function makeAnew(tenant: string): Promise<void> {
    let end: AuditRecord | typeof EMPTY_CHAIN = EMPTY_CHAIN;
    for (const event of await store.audit.chain({ tenant, after: 0 })) {
      const { sequence, hash: _hash, prev_hash: _before, ...record } = auditRecordOf(event);
      end = chainRecord(end, { ...record, actor_id: 'somebody-else' });
      await client.query(
        'update audit_events set actor_id = $1, prev_hash = $2, hash = $3 where tenant = $4 and sequence = $5',
        ['somebody-else', (end as AuditRecord).prev_hash, end.hash, tenant, sequence],
      );
    }
    await client.query('delete from audit_statements where tenant = $1', [tenant]);
    await client.query('update audit_heads set hash = $1, checkpoint_sequence = 0 where tenant = $2', [
      end.hash,
      tenant,
    ]);
  }

  function open() {
    const { logger, records } = captureLogs();
    const signEnd = createEndSigning({ store, key, logger });
    const checkpoints = startCheckpoints({ store, signEnd, intervalMs: 3_600_000, logger, clock });
    async function verify(tenant: string): Promise<Verification> {
      const lines = [];
      const texts = chainExport({ store, signEnd, clock }, tenant);
      for await (const text of texts) lines.push(...text.trimEnd().split('\n'));
      return verifyExport(lines, { keys: [key] });
    }
    return { checkpoints, records, verify };
  }

  it('is signed no more after a checkpoint, and its export does not verify', async () => {
    const { checkpoints, records, verify } = open();
    for (const actor of ['ann', 'bob', 'cid']) await append('tn-a', actor);
    await checkpoints.runOnce();
    await append('tn-a', 'dan');
    expect((await verify('tn-a')).intact).to.equal(true);
    await makeAnew('tn-a');
    await append('tn-b', 'ann');
    await checkpoints.runOnce();
    expect(await store.audit.checkpoints({ tenant: 'tn-a', after: 0 })).to.deep.equal([]);
    expect(await store.audit.checkpoints({ tenant: 'tn-b', after: 0 })).to.have.length(1);
    expect((await verify('tn-a')).problems.map(({ code }) => code)).to.deep.equal(['unsigned']);
    expect(records('a chain of the audit is not the one that was signed before; it is signed no more')).to.not
      .be.empty;
    await checkpoints.stop();
  });

  it('is told from one that was pruned beyond what was signed', async () => {
    const { checkpoints, verify } = open();
    for (const actor of ['ann', 'bob']) await append('tn-c', actor);
    await checkpoints.runOnce();
    await append('tn-c', 'cid');
    await store.audit.prune({ before: new Date(clock().getTime() + 1) }, (said) => makeStatement(said, key));
    await append('tn-c', 'dan');
    await checkpoints.runOnce();
    expect(await store.audit.checkpoints({ tenant: 'tn-c', after: 0 })).to.have.length(1);
    expect((await verify('tn-c')).problems).to.deep.equal([]);
    await checkpoints.stop();
  });
});
