import { expect } from 'chai';
import { at, type CommandResult, runCommand } from './command.js';
import { createSystem, type System } from './system.js';

describe('stacyvm tenant, on a control plane', function () {
  this.timeout(90_000);
  let system: System;
  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
  });
  after(() => system?.stop());

  const tenant = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(['tenant', ...args, '--server', system.url, '--api-key-file', system.adminKeyFile], {
      // It must not stand in the way of the tenant that a command names.
      env: { STACYVM_TENANT: 'another' },
    });
  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await tenant(...args);
    expect(code, stderr).to.equal(0);
    return stdout.trim();
  };

  it('creates, lists, shows, changes and deletes', async () => {
    expect(await done('list')).to.equal('no tenants');
    const id = await done('create', 'Research', '--owner', 'ada', '--settings', '{"tier":1}');
    expect(id).to.match(/^tn-[0-9a-f]{24}$/);
    expect(await done('create', 'Acmé', '--id', 'acme')).to.equal('acme');
    const rows = (await done('list')).split('\n').map((line) => line.split(/ {2,}/).slice(0, 3));
    expect(rows[0]).to.deep.equal(['ID', 'NAME', 'OWNER']);
    expect(rows)
      .to.deep.include([id, 'Research', 'ada'])
      .and.deep.include(['acme', '"Acm\\u00e9"', 'active']);
    expect(JSON.parse(await done('list', '--name', 'Res', '--format', 'json'))).to.have.length(1);
    expect(await done('update', id, '--name', 'R&D', '--owner=')).to.match(/name {6}R&D\nowner {5}-\n/);
    expect(JSON.parse(await done('show', id, '--format', 'json'))).to.include({
      name: 'R&D',
      owner_id: '',
      settings: '{"tier":1}',
    });
    expect(await done('delete', id)).to.equal(`${id} deleted`);
    expect((await tenant('show', id)).stderr).to.contain('tenant not found');
  });

  it('sets, lists and removes members, and says what keeps a tenant', async () => {
    await done('create', 'Team', '--id', 'team');
    expect(await done('member', 'list', 'team')).to.equal('no members');
    expect(await done('member', 'set', 'team', 'auth0|1/2', 'operator')).to.equal(
      'auth0|1/2 is operator of team',
    );
    expect(await done('member', 'list', 'team')).to.match(/auth0\|1\/2 {2}operator/);
    const refusal = await tenant('delete', 'team');
    expect(refusal.code).to.equal(1);
    expect(refusal.stderr).to.contain('1 members').and.contain('tenant_in_use');
    await done('member', 'set', 'team', 'bob', 'admin');
    expect(await done('member', 'remove', 'team', 'auth0|1/2')).to.contain('is no member of team any more');
    expect(await done('delete', 'team', '--cascade')).to.equal('team deleted');
  });

  it('leaves an audit that can be read, exported and verified when it is gone', async () => {
    await done('create', 'Gone', '--id', 'gone');
    await done('member', 'set', 'gone', 'ada', 'admin');
    await done('delete', 'gone', '--cascade');
    const audit = async (...args: readonly string[]): Promise<string> => {
      const access = ['--server', system.url, '--api-key-file', system.adminKeyFile];
      const { code, stdout, stderr } = await runCommand(['audit', ...args, '--tenant', 'gone', ...access], {
        env: { STACYVM_TENANT: 'gone' },
      });
      expect(code, stderr).to.equal(0);
      return stdout;
    };
    expect(await audit('list')).to.contain('tenant:gone/member:ada');
    expect(await audit('export')).to.contain('"tenant_member.set"');
    expect(await audit('verify')).to.match(/^tenant gone: [1-9]\d* records/m);
  });

  it('refuses wrong use with exit code 2', async () => {
    for (const args of [
      ['create', 'A', '--settings', '{'],
      ['update', 'acme'],
      ['member', 'set', 'acme', 'ada', 'owner'],
      ['member'],
      [],
    ]) {
      const { code, stderr } = await tenant(...args);
      expect([args, code]).to.deep.equal([args, 2]);
      expect(stderr).not.to.equal('');
    }
  });

  it('lets every other command act for a tenant, by option and by environment', async () => {
    await done('create', 'Acting', '--id', 'acting');
    const list = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> =>
      runCommand(['list', ...args, ...at(system)], { env });
    expect((await list(['--tenant', 'acting'])).code).to.equal(0);
    expect((await list([], { STACYVM_TENANT: 'acting' })).code).to.equal(0);
    for (const refusal of [
      await list(['--tenant', 'nobody']),
      await list([], { STACYVM_TENANT: 'nobody' }),
    ]) {
      expect(refusal.code).to.equal(1);
      expect(refusal.stderr).to.contain('tenant_not_found');
    }
    expect((await list(['--tenant', 'a b'])).code).to.equal(2);
    expect((await list(['--tenant', 'acting'], { STACYVM_TENANT: 'nobody' })).code).to.equal(0);
    expect((await list([], { STACYVM_TENANT: '' })).code).to.equal(0);
  });

  it('makes keys of the tenant of the environment, and of the platform where that names none', async () => {
    await done('create', 'Keys', '--id', 'keys');
    const apiKey = async (args: readonly string[], STACYVM_TENANT: string): Promise<string> => {
      const access = ['--server', system.url, '--api-key-file', system.adminKeyFile];
      const { code, stdout, stderr } = await runCommand(['apikey', ...args, ...access], {
        env: { STACYVM_TENANT },
      });
      expect(code, stderr).to.equal(0);
      return stdout;
    };
    system.secrets.push((await apiKey(['create', '--name', 'ci', '--role', 'viewer'], 'keys')).trim());
    expect(await apiKey(['list', '--tenant', 'keys'], 'nobody')).to.match(/ ci +viewer +active /);
    expect(await apiKey(['list'], 'keys')).to.match(/ ci +viewer +active /);
    expect(await apiKey(['list'], '')).to.equal('no API keys\n');
  });
});
