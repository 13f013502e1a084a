import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@stacyvm/store';
import { inspectDatabase } from '@stacyvm/store/inspection';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { expect } from 'chai';
import { lintConfiguration } from '../../src/lint/configuration.js';

const FILE_RULE = 'rules: [{ resource_type: image, effect: deny, pattern: "**", priority: -1 }]';

describe('stacyvm config lint --live', () => {
  let directory: string;
  let database: TestDatabase;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cli-lint-live-'));
    database = await createTestDatabase();
    write('dsn', database.dsn);
    write('base.yaml', FILE_RULE);
  });
  afterEach(async () => {
    rmSync(directory, { recursive: true, force: true });
    await database.drop();
  });

  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const POSTGRES = 'database: { driver: postgres, dsn_file: dsn }\n';
  const EMBEDDED = 'database: { driver: embedded, path: postgres }\n';
  const FILES = 'policy: { files: [base.yaml] }\n';

  const lint = async (config: string, live = true): Promise<readonly string[]> => {
    const report = await lintConfiguration(
      {
        configFile: write('stacyvm.yaml', config),
        production: true,
        role: 'control-plane',
        rules: undefined,
        ignore: new Map(),
        live,
      },
      { HOME: '/nonexistent' },
    );
    return report.findings
      .filter(({ id }) => id.startsWith('policy.'))
      .map(({ id, key, message, status }) => `${status} ${id} ${key}: ${message}`);
  };
  const inStore = async (work: (store: Store) => Promise<unknown>): Promise<void> => {
    const store = await openStore({ driver: 'postgres', dsn: database.dsn });
    await work(store);
    await store.close();
  };
  const rule = {
    resourceType: 'image',
    effect: 'deny',
    priority: 10,
    mode: 'enforce',
    description: '',
  } as const;

  it('judges the rules of the store, of every tenant, with those of files', async () => {
    const ids: string[] = [];
    await inStore(async ({ policies, tenants }) => {
      await tenants.create({ id: 'tn-a', name: 'A' });
      for (const tenantId of [null, 'tn-a']) {
        const { id } = await policies.create({ ...rule, tenantId, pattern: 'alpine', createdBy: 'ada' });
        ids.push(id);
      }
    });
    const [reading, ...found] = await lint(POSTGRES + FILES);
    expect(reading).to.equal('pass policy.store database.driver: 2 policies of the store were read');
    expect(found).to.have.length(2);
    for (const id of ids) {
      expect(found.find((line) => line.startsWith(`warn policy.dead ${id}: `))).to.contain(
        'file:base.yaml#1',
      );
    }
  });

  it('judges the rules of files without a store as well, and says nothing of the store unless asked', async () => {
    write(
      'base.yaml',
      'rules: [{ resource_type: image, effect: deny, pattern: a }, { resource_type: image, effect: deny, pattern: a }]',
    );
    const found = await lint(POSTGRES + FILES, false);
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^warn policy\.duplicate file:base\.yaml#2: /);
  });

  it('writes nothing: a database that is not migrated stays as it is', async () => {
    expect(await lint(POSTGRES)).to.deep.equal([
      'pass policy.store database.driver: the database has no policies yet: it is not migrated',
    ]);
    expect((await inspectDatabase({ dsn: database.dsn })).migrations.applied).to.deep.equal([]);
  });

  it('fails in production where the store cannot be reached, without its password', async () => {
    const password = createHash('sha256').update('marker').digest('hex');
    write('dsn', `postgres://a:${password}@127.0.0.1:1/c`);
    const [found, ...rest] = await lint(POSTGRES);
    expect(rest).to.deep.equal([]);
    expect(found).to.match(/^fail policy\.store database\.driver: the policies of the store were not read: /);
    expect(found).not.to.contain(password);
  });

  it('fails where a stored rule cannot be used, and names it', async () => {
    let id = '';
    await inStore(async ({ policies }) => {
      ({ id } = await policies.create({ ...rule, tenantId: null, pattern: '[a', createdBy: 'ada' }));
    });
    const [found] = await lint(POSTGRES);
    expect(found)
      .to.match(/^fail policy\.store /)
      .and.contain(id);
  });

  describe('with an embedded database', () => {
    it('leaves out what does not run, and starts nothing', async () => {
      expect(await lint(EMBEDDED)).to.deep.equal([
        'pass policy.store database.driver: the embedded database does not run, so that its policies were not read',
      ]);
      expect(readdirSync(directory)).not.to.include('postgres');
    });

    it('reads one that runs', async function () {
      // It makes a cluster first, and migrates it.
      this.timeout(60_000);
      const path = join(directory, 'postgres');
      chmodSync(directory, 0o755);
      const store = await openStore({ driver: 'embedded', path });
      try {
        await store.policies.create({ ...rule, tenantId: null, pattern: 'alpine', createdBy: 'ada' });
        expect(await lint(EMBEDDED)).to.deep.equal([
          'pass policy.store database.driver: 1 policy of the store was read',
        ]);
      } finally {
        await store.close();
      }
    });
  });
});
