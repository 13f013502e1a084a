import { createApiClient } from '@stacyvm/api';
import { expect } from 'chai';
import { type CommandResult, runCommand } from '../command.js';
import { createSystem, type System } from '../system.js';

describe('stacyvm policy, on a control plane', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
  });
  after(() => system?.stop());

  const policy = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(['policy', ...args, '--server', system.url, '--api-key-file', system.adminKeyFile], {
      cwd: system.directory,
    });
  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await policy(...args);
    expect(code, stderr).to.equal(0);
    return stdout.trim();
  };
  const configLint = (): Promise<CommandResult> =>
    runCommand(
      [
        'config',
        'lint',
        '--live',
        '--config',
        'control-plane-0.yaml',
        '--role',
        'control-plane',
        '--format',
        'json',
      ],
      { cwd: system.directory },
    );
  const adminClient = () => createApiClient({ baseUrl: system.url, apiKey: system.adminKey });
  const policyFindings = async (): Promise<readonly string[]> => {
    const { stdout } = await configLint();
    const { findings } = JSON.parse(stdout) as { findings: { id: string; key: string; status: string }[] };
    return findings
      .filter(({ id }) => id.startsWith('policy.'))
      .map(({ id, key, status }) => `${status} ${id} ${key}`);
  };

  it('adds, lists, tests, judges and removes', async () => {
    expect(await done('list')).to.equal('no policies: everything is permitted');
    const allow = await done('add', 'provider', 'allow', '**', '--description', 'ours', '--priority=-5');
    expect(allow).to.match(/^pl-[0-9a-f]{24}$/);
    const deny = JSON.parse(
      await done('add', 'provider', 'deny', 'docker', '--mode', 'enforce', '--format', 'json'),
    ) as { id: string };
    const lines = (await done('list')).split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).to.deep.equal([
      ['ID', 'TYPE', 'EFFECT', 'PATTERN', 'PRIORITY', 'MODE', 'DESCRIPTION'],
      [allow, 'provider', 'allow', '**', '-5', 'enforce', 'ours'],
      [deny.id, 'provider', 'deny', 'docker', '10', 'enforce'],
    ]);
    expect(JSON.parse(await done('list', '--format', 'json'))).to.have.length(2);

    system.write('cases.yaml', `cases: [{ provider: docker, expect: allow, rule: ${allow} }]`);
    expect(await done('test', 'cases.yaml')).to.contain('1 passed, 0 failed');
    const lint = await policy('lint');
    expect(lint.code).to.equal(1);
    expect(lint.stdout).to.contain(`${deny.id}  dead`);
    expect(await policyFindings()).to.deep.equal([
      'pass policy.store database.driver',
      `warn policy.dead ${deny.id}`,
    ]);

    expect(await done('remove', allow)).to.equal(`${allow} removed`);
    await done('rm', deny.id);
    expect(await policyFindings()).to.deep.equal(['pass policy.store database.driver']);
    const gone = await policy('remove', allow);
    expect(gone.code).to.equal(1);
    expect(gone.stderr).to.contain('not found: policy').and.contain('policy_not_found');
  });

  it('is about the policies of a tenant where one is chosen, for its own administrators as well', async () => {
    await adminClient().tenants.create({ id: 'tn-a', name: 'A' });
    const { key } = await adminClient().people.createTenantKey('tn-a', { name: 'x', role: 'tenant_admin' });
    system.secrets.push(key);
    const keyFile = system.write('tenant-admin.key', key);
    const ofTenant = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> => {
      const { code, stdout, stderr } = await runCommand(
        ['policy', ...args, '--server', system.url, '--api-key-file', keyFile],
        { cwd: system.directory, env },
      );
      expect(code, stderr).to.equal(0);
      return stdout.trim();
    };
    const global = await done('add', 'image', 'deny', 'busybox');
    const own = await ofTenant(['add', 'image', 'deny', 'alpine', '--tenant', 'tn-a']);
    const lines = (await ofTenant(['list'], { STACYVM_TENANT: 'tn-a' })).split('\n');
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 5))).to.deep.equal([
      ['ID', 'TENANT', 'TYPE', 'EFFECT', 'PATTERN'],
      [global, '-', 'image', 'deny', 'busybox'],
      [own, 'tn-a', 'image', 'deny', 'alpine'],
    ]);
    expect(await done('list'))
      .to.contain(global)
      .and.not.to.contain(own);
    system.write('of-tenant.yaml', `cases: [{ image: alpine, expect: deny, rule: ${own} }]`);
    expect(await ofTenant(['test', 'of-tenant.yaml', '--tenant', 'tn-a'])).to.contain('1 passed, 0 failed');
    expect((await policy('test', 'of-tenant.yaml')).code, 'without the tenant').to.equal(1);
    expect(await ofTenant(['lint', '--tenant', 'tn-a'])).to.equal('nothing to say about 2 policies');
    expect(await ofTenant(['remove', own, '--tenant', 'tn-a'])).to.equal(`${own} removed`);
    await done('remove', global);
    const both = await policy('lint', '--rules', 'x.yaml', '--tenant', 'tn-a');
    expect([both.code, both.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('--tenant is for the rules in force'),
    );
  });

  it('says why a pattern is none', async () => {
    const { code, stderr } = await policy('add', 'image', 'deny', 'alpine:[3');
    expect(code).to.equal(1);
    expect(stderr).to.contain('invalid_pattern').and.contain('never closed');
  });

  it('needs the admin key', async () => {
    const { code, stderr } = await runCommand([
      ...['policy', 'list', '--server', system.url, '--api-key-file', system.apiKeyFile],
    ]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('missing_scope');
  });
});
