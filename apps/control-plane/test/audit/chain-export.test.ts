import {
  generateSigningKey,
  makeStatement,
  readPublicKey,
  readSigningKey,
  verifyExport,
} from '@stacyvm/audit';
import { openStore, type Store } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { expect } from 'chai';
import pg from 'pg';
import { chainExport } from '../../src/audit/chain-export.js';

describe('the export of a chain', () => {
  const key = readSigningKey(generateSigningKey());
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await createTestDatabase();
    store = await openStore({ driver: 'postgres', dsn: database.dsn });
  });
  after(async () => {
    await store?.close();
    await database?.drop();
  });

  async function problems(): Promise<readonly string[]> {
    let text = '';
    const options = {
      store,
      clock: () => new Date(),
      signEnd: async (content: Parameters<typeof makeStatement>[0]) => makeStatement(content, key),
    };
    for await (const part of chainExport(options, 'tn-1')) text += part;
    const report = await verifyExport(text.trimEnd().split('\n'), {
      keys: [readPublicKey(key.publicKeyPem)],
    });
    return report.problems.map(({ code, sequence }) => `${code} ${sequence}`);
  }

  it('shows a record that somebody put where the chain was pruned', async () => {
    for (const year of [2020, 2021, 2029])
      await store.audit.append({
        tenant: 'tn-1',
        at: new Date(Date.UTC(year, 0)),
        category: 'operation',
        actorKind: 'api_key',
        actorId: 'ann',
        credentialId: 'ak-1',
        action: 'sandbox.exec',
        resource: '',
        outcome: 'success',
        reason: '',
        requestId: '',
        sourceAddress: '',
      });
    await store.audit.prune({ before: new Date('2022-01-01T00:00:00Z') }, (content) =>
      makeStatement(content, key),
    );
    expect(await problems()).to.deep.equal([]);
    const superuser = new pg.Client({ connectionString: database.dsn });
    await superuser.connect();
    await superuser.query('set session_replication_role = replica');
    await superuser.query('update audit_events set sequence = 1 where sequence = 3');
    await superuser.end();
    expect(await problems()).to.include.members(['added 1', 'truncated 3']);
  });
});
