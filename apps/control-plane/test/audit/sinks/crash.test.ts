import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditRecord, parseExportLine, verifySink } from '@stacyvm/audit';
import { auditRecordOf, openStore, type Store } from '@stacyvm/store';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { createCertificates, type TestCertificates } from '@stacyvm/worker-rpc/testing';
import { expect } from 'chai';
import { admin } from '../../admin-calls.js';
import { secret } from '../../control-plane-fixture.js';
import { type ControlPlaneProcess, startControlPlaneProcess } from '../../control-plane-process.js';
import { eventually } from '../../eventually.js';
import { firstCopies } from './memory-sink.js';
import { type SyslogServer, startSyslogServer } from './syslog-server.js';

const OPERATIONS = 2_000;
const CALLERS = 16;
const TENANTS = ['tn-a', 'tn-b'];

describe('the sinks of a control plane that is killed while its syslog server comes and goes', function () {
  this.timeout(120_000);
  const adminKey = secret();
  let directory: string;
  let certificates: TestCertificates;
  let server: SyslogServer;
  let database: TestDatabase;
  let store: Store;
  let controlPlane: ControlPlaneProcess;
  let config: string;
  const logs: string[] = [];

  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'audit-crash-'));
    certificates = await createCertificates();
    const authority = await certificates.authority('root');
    const { cert, key } = await authority.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth' });
    server = await startSyslogServer({ tls: { cert, key } });
    database = await createTestDatabase();
    store = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 2 });
    file('dsn', database.dsn);
    file('admin-key', adminKey);
    config = file(
      'config.yaml',
      `server: { host: 127.0.0.1, port: 0 }
database: { driver: postgres, dsn_file: dsn }
auth: { admin_api_key_file: admin-key }
audit:
  sinks: ['syslog+tls://127.0.0.1:${server.port}', 'file:${directory}/audit.ndjson']
  syslog_tls: { ca_file: ${authority.certFile} }
`,
    );
    controlPlane = await startControlPlaneProcess(config);
    for (const id of TENANTS) await admin(reachable(), '/tenants', { body: { id, name: id } });
  });
  after(async () => {
    await controlPlane?.stop();
    await store?.close();
    await database?.drop();
    await server?.leave();
    await certificates?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const reachable = () => ({ url: controlPlane.url, apiKey: adminKey, adminKey });

  async function killAndStart(): Promise<void> {
    await controlPlane.kill();
    logs.push(controlPlane.text());
    controlPlane = await startControlPlaneProcess(config);
  }

  async function recorded(): Promise<ReadonlyMap<string, readonly AuditRecord[]>> {
    const chains = new Map<string, readonly AuditRecord[]>();
    for (const tenant of ['', ...TENANTS]) {
      const records: AuditRecord[] = [];
      for (;;) {
        const page = await store.audit.chain({ tenant, after: records.length, limit: 1_000 });
        if (page.length === 0) break;
        records.push(...page.map(auditRecordOf));
      }
      chains.set(tenant, records);
    }
    return chains;
  }

  const expectAll = (got: readonly AuditRecord[], chains: ReadonlyMap<string, readonly AuditRecord[]>) => {
    const first = firstCopies(got);
    const hashes = new Set(got.map(({ hash }) => hash));
    for (const [tenant, records] of chains) {
      expect(first.get(tenant), `chain of ${tenant}`).to.deep.equal(records.map(({ sequence }) => sequence));
      expect(records.filter(({ hash }) => !hashes.has(hash))).to.deep.equal([]);
    }
  };

  it('have every record of 2,000 operations and more at least once, in the order of each chain', async () => {
    let answered = 0;
    let begun = 0;
    let isInterrupted = true;
    const paths = ['/worker-keys', ...TENANTS.map((tenant) => `/tenants/${tenant}/members`)];
    const callUntilDone = async (): Promise<void> => {
      while (answered < OPERATIONS || isInterrupted) {
        begun += 1;
        const path = paths[begun % paths.length]!;
        const status = await admin(reachable(), path, { headers: { connection: 'keep-alive' } }).then(
          (answer) => answer.status,
          // It is being killed.
          () => 0,
        );
        if (status === 200) answered += 1;
        else await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const said = () => [...logs, controlPlane.text()].join('\n');
    const reached = (count: number) => eventually(() => expect(answered).to.be.at.least(count), 60_000);
    const calls = Promise.all(Array.from({ length: CALLERS }, callUntilDone));
    await reached(300);
    await killAndStart();
    await reached(700);
    await server.leave();
    // A control plane that follows a killed one waits for that one's hold on the sink to end, before it knows.
    await eventually(() =>
      expect(said()).to.contain('audit sink does not take records; they are kept for it'),
    );
    await killAndStart();
    await reached(answered + 400);
    await server.comeBack();
    isInterrupted = false;
    await calls;

    const chains = await recorded();
    const total = [...chains.values()].flat().length;
    expect(total).to.be.above(OPERATIONS);
    const linesOfFile = () => readFileSync(join(directory, 'audit.ndjson'), 'utf8').split('\n').slice(0, -1);
    // Half a line of a process that was killed is behind it as a whole.
    const recordsOfFile = () =>
      linesOfFile().flatMap((line) => {
        try {
          return [parseExportLine(line) as AuditRecord];
        } catch {
          return [];
        }
      });
    const distinct = (records: readonly AuditRecord[]) => new Set(records.map(({ hash }) => hash)).size;
    // Each sink comes to the end in its own time.
    await eventually(() => expect(distinct(server.records)).to.equal(total), 20_000);
    await eventually(() => expect(distinct(recordsOfFile())).to.equal(total), 20_000);
    expectAll(server.records, chains);
    const [lines, whole] = [linesOfFile(), recordsOfFile()];
    expectAll(whole, chains);
    const { problems, tornLines } = await verifySink(lines);
    expect(problems).to.deep.equal([]);
    expect(tornLines)
      .to.equal(lines.length - whole.length)
      .and.to.be.at.most(2);
    // That is known when the connection has outlived what was sent by it.
    await eventually(() => expect(said()).to.contain('audit sink takes records again'));
  });
});
