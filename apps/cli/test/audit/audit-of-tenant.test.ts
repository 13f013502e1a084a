import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandResult, runCommand } from '../command.js';
import { type AuditedSystem, startAuditedSystem } from './audited-system.js';

describe('stacyvm audit, for the administrators of a tenant', function () {
  this.timeout(60_000);
  let audited: AuditedSystem;
  let tenantAdmin: string;
  let viewer: string;
  before(async () => {
    audited = await startAuditedSystem();
    const { client, system } = audited;
    const keyFile = async (role: 'tenant_admin' | 'viewer'): Promise<string> => {
      const { key } = await client.people.createTenantKey('tn-a', { name: role, role });
      system.secrets.push(key);
      return system.write(`${role}.key`, `${key}\n`);
    };
    [tenantAdmin, viewer] = [await keyFile('tenant_admin'), await keyFile('viewer')];
    await audited.spawn('alpine', 'tn-a');
    await audited.spawn('busybox', 'tn-b');
    await audited.signed();
  });
  after(() => audited?.stop());

  const audit = (
    args: readonly string[],
    { keyFile = tenantAdmin, env = {} }: { readonly keyFile?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<CommandResult> =>
    runCommand(['audit', ...args, '--server', audited.system.url, '--api-key-file', keyFile], {
      cwd: audited.system.directory,
      env,
    });
  const done = async (...call: Parameters<typeof audit>): Promise<string> => {
    const { code, stdout, stderr } = await audit(...call);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  type Listed = readonly Readonly<Record<string, unknown>>[];
  const listed = async (...[args, as]: Parameters<typeof audit>): Promise<Listed> =>
    JSON.parse(await done(['list', '--format', 'json', ...args], as)) as Listed;

  it('lists what was done to it, by filter and up to a limit', async () => {
    const all = await listed(['--tenant', 'tn-a']);
    expect(all.length).to.be.greaterThan(3);
    for (const event of all) expect(event).to.include({ tenant_id: 'tn-a' });
    const decided = await listed(['--tenant', 'tn-a', '--action', 'policy.decide', '--since', '1h']);
    expect(decided.map(({ resource }) => resource)).to.deep.equal(['image:alpine']);
    expect(await listed(['--tenant', 'tn-a', '--limit', '2'])).to.have.length(2);
    const table = await done(['list', '--tenant', 'tn-a', '--action', 'policy.decide']);
    expect(table).to.match(
      /^TIME .*\n.+ tn-a +admin:[0-9a-f]{16} +policy\.decide +image:alpine +success *\n$/,
    );
  });

  it('shows a record as those of the platform see it', async () => {
    const filter = ['--action', 'policy.decide'];
    const [ofTenant] = await listed(['--tenant', 'tn-a', ...filter]);
    const asAdmin = { keyFile: audited.system.adminKeyFile };
    const all = await listed(filter, asAdmin);
    expect(all.map((event) => event['tenant_id'])).to.have.members(['tn-a', 'tn-b']);
    expect(all.find((event) => event['tenant_id'] === 'tn-a')).to.deep.equal(ofTenant);
    expect(await listed(['--tenant', 'tn-a', ...filter], asAdmin)).to.deep.equal([ofTenant]);
  });

  it('takes the tenant from the environment, where an empty one is none', async () => {
    for (const event of await listed([], { env: { STACYVM_TENANT: 'tn-a' } }))
      expect(event).to.include({ tenant_id: 'tn-a' });
    const none = await audit(['list'], { env: { STACYVM_TENANT: '' } });
    expect([none.code, none.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes('name it with --tenant'),
    );
    const asAdmin = { keyFile: audited.system.adminKeyFile, env: { STACYVM_TENANT: 'tn-a' } };
    for (const event of await listed(['--platform'], asAdmin)) expect(event).to.include({ tenant_id: '' });
  });

  it('exports its chain, and what matches', async () => {
    const file = join(audited.system.directory, 'tn-a.ndjson');
    await done(['export', '--output', file], { env: { STACYVM_TENANT: 'tn-a' } });
    const tenants = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { tenant: string }).tenant);
    expect(new Set(tenants)).to.deep.equal(new Set(['tn-a']));
    const verified = await done(['verify', '--file', file, '--public-key', audited.publicKeyFile]);
    expect(verified).to.match(/^tenant tn-a: .*signatures hold\nintact\n$/);
    const csv = await done(['export', '--tenant', 'tn-a', '--format', 'csv', '--action', 'policy.decide']);
    expect(csv.trimEnd().split('\n')).to.have.length(2);
  });

  it('verifies its chain: the signatures too, with the key that was handed out', async () => {
    const proven = await done(['verify', '--tenant', 'tn-a', '--public-key', audited.publicKeyFile]);
    expect(proven).to.match(/^tenant tn-a: .*signatures hold\nintact\n$/);
    const { code, stdout, stderr } = await audit(['verify', '--tenant', 'tn-a']);
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.match(/^tenant tn-a: [^\n]+\nintact\n$/)
      .and.not.to.contain('signatures hold');
    expect(stderr).to.contain('give it with --public-key').and.to.contain('no signature was checked');
  });

  it('replays the decisions about it', async () => {
    audited.system.write('next.yaml', 'rules: [{ resource_type: image, effect: deny, pattern: alpine }]');
    const { code, stdout, stderr } = await runCommand(
      [
        ...['policy', 'replay', '--candidate', 'next.yaml', '--tenant', 'tn-a'],
        ...['--server', audited.system.url, '--api-key-file', tenantAdmin],
      ],
      { cwd: audited.system.directory },
    );
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.contain('1 decisions, 1 would change: 1 denied');
  });

  it('tells nothing of another tenant, of one that there is not, and of the platform', async () => {
    for (const args of [
      ['--tenant', 'tn-b'],
      ['--tenant', 'tn-none'],
    ]) {
      for (const word of ['list', 'export', 'verify']) {
        const { code, stdout, stderr } = await audit([word, ...args]);
        expect([code, stdout], word).to.deep.equal([1, '']);
        expect(stderr, word).to.contain('tenant_not_found');
      }
    }
    for (const args of [['list'], ['list', '--platform'], ['export'], ['export', '--all'], ['verify']]) {
      const { code, stdout, stderr } = await audit(args);
      expect([code, stdout], args.join(' ')).to.deep.equal([1, '']);
      expect(stderr, args.join(' ')).to.contain('missing_scope');
    }
  });

  it('is closed to those who do not administrate the tenant', async () => {
    const { code, stderr } = await audit(['list', '--tenant', 'tn-a'], { keyFile: viewer });
    expect([code, stderr]).to.satisfy(
      ([exitCode, text]: [number, string]) => exitCode === 1 && text.includes('missing_scope'),
    );
  });
});
