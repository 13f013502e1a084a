import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandResult, runCommand } from '../command.js';
import { createSystem, eventually, type System } from '../system.js';

const ISSUER = 'https://idp.example';

describe('stacyvm apikey and auth, on a control plane', function () {
  this.timeout(120_000);
  let system: System;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  before(async () => {
    system = await createSystem();
    const config = join(system.directory, 'control-plane-0.yaml');
    const publicKeyFile = system.write(
      'idp.pem',
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    );
    const issuer = {
      name: 'corp',
      issuer: ISSUER,
      audience: 'stacyvm',
      public_key_file: publicKeyFile,
      viewer_groups: ['staff'],
    };
    const lines = readFileSync(config, 'utf8').replace(
      /^auth:$/m,
      `auth:\n  oidc_enabled: true\n  oidc_issuers: [${JSON.stringify(issuer)}]`,
    );
    system.write('control-plane-0.yaml', lines);
    await system.startControlPlane();
  });
  after(() => system?.stop());

  const stacyvm = (args: readonly string[], keyFile = system.adminKeyFile): Promise<CommandResult> =>
    runCommand([...args, '--server', system.url, '--api-key-file', keyFile], { cwd: system.directory });
  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await stacyvm(args);
    expect(code, stderr).to.equal(0);
    return stdout.trim();
  };
  const tokenFile = (claims: object = {}): string => {
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const payload = {
      iss: ISSUER,
      aud: 'stacyvm',
      sub: 'ada',
      iat: now - 5,
      exp: now + 300,
      groups: ['staff'],
      ...claims,
    };
    const input = `${part({ alg: 'ES256' })}.${part(payload)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return system.write('ada.jwt', `${input}.${signature.toString('base64url')}\n`);
  };

  it('makes a key, uses it, lists and revokes it', async () => {
    expect(await done('apikey', 'list')).to.equal('no API keys');
    const out = join(system.directory, 'ci.key');
    const created = JSON.parse(
      await done('apikey', 'create', '--name', 'ci', '--role', 'viewer', '--out', out, '--format', 'json'),
    );
    expect(created).to.include({ name: 'ci', role: 'viewer', file: out }).and.not.to.have.property('key');
    expect(statSync(out).mode & 0o777).to.equal(0o600);
    const key = readFileSync(out, 'utf8').trim();
    expect(key).to.match(/^svk_[0-9a-f_]+$/);
    system.secrets.push(key);
    expect((await stacyvm(['list'], out)).code).to.equal(0);
    expect(await done('apikey', 'list')).to.match(
      new RegExp(`${created.id} +${created.prefix} +ci +viewer +active`),
    );
    expect(await done('auth', 'check', '--key-file', out)).to.contain(`accepted: key:${created.id}`);
    expect(await done('apikey', 'revoke', created.id)).to.equal(`${created.id} (ci) is revoked`);
    await eventually(
      async () => (await stacyvm(['auth', 'check', '--key-file', out])).code === 1,
      () => 'the revoked key is still good',
    );
    const again = await stacyvm(['apikey', 'create', '--name', 'ci', '--role', 'viewer', '--out', out]);
    expect(again).to.include({ code: 1 });
    expect(again.stderr).to.contain('exists; name another file');
  });

  it('prints a key alone, so that it can be piped on', async () => {
    const printed = await done('apikey', 'create', '--name', 'x', '--role', 'api', '--ttl', '1h');
    expect(printed).to.match(/^svk_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}$/);
    system.secrets.push(printed);
  });

  it('tells what a token would be, and revokes it', async () => {
    const file = tokenFile();
    const shown = await done('auth', 'check', '--token-file', file);
    expect(shown).to.match(/^ok +signature +made with that key by ES256$/m);
    expect(shown).to.contain('accepted: oidc:corp:ada').and.to.contain('role viewer');
    expect(await done('auth', 'revocations')).to.equal('nothing is revoked');
    const said = await done('auth', 'revoke', '--subject', 'ada', '--reason', 'a test', '--ttl', '24h');
    const [id = ''] = said.split(':');
    expect(said).to.match(
      /^pv-[0-9a-f]{24}: subject ada of https:\/\/idp\.example, what was issued before .* is revoked$/,
    );
    const refused = await stacyvm(['auth', 'check', '--token-file', file]);
    expect(refused.code).to.equal(1);
    expect(refused.stdout)
      .to.match(/^NO +revocation/m)
      .and.to.contain('refused: bearer_revoked');
    expect(await done('auth', 'revocations')).to.contain(id);
    expect(await done('auth', 'unrevoke', id)).to.equal(`${id} removed`);
    expect((await stacyvm(['auth', 'check', '--token-file', file])).code).to.equal(0);
  });

  const wrong: ReadonlyArray<readonly [string, readonly string[], string]> = [
    [
      'a platform key as tenant_admin',
      ['apikey', 'create', '--name', 'x', '--role', 'tenant_admin'],
      'of the platform has a role of',
    ],
    [
      'a tenant key as admin',
      ['apikey', 'create', '--tenant', 'tn-1', '--name', 'x', '--role', 'admin'],
      'of a tenant has a role of',
    ],
    ['nothing to check', ['auth', 'check'], 'give one of: --token-file, --key-file'],
    ['nothing to revoke', ['auth', 'revoke', '--reason', 'x'], 'give one of: --subject'],
    [
      'a session up to a time',
      ['auth', 'revoke', '--session', 's', '--before', 'now', '--reason', 'x'],
      '--before goes with --subject',
    ],
  ];
  for (const [name, args, message] of wrong) {
    it(`refuses ${name} as wrong use`, async () => {
      const { code, stderr } = await stacyvm(args);
      expect(code).to.equal(2);
      expect(stderr).to.contain(message);
    });
  }
});
