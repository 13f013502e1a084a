import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { checkOffline } from '../../src/auth/offline-check.js';
import { CommandFailure } from '../../src/failure.js';
import { type CommandResult, runCommand } from '../command.js';
import { freePort } from '../system.js';

const ISSUER = 'https://idp.example';
const API_KEY = '9d1f2c7ab34e58d06f7a1b2c3d4e5f60';

describe('stacyvm auth check, without a control plane', function () {
  this.timeout(30_000);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let directory: string;
  let provider: Server;
  let remote: string;
  let away: string;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'offline-check-'));
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' };
    provider = createServer((request, response) => {
      const document =
        request.url === '/keys' ? { keys: [jwk] } : { issuer: remote, jwks_uri: `${remote}/keys` };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(document));
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    remote = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    away = `http://127.0.0.1:${await freePort()}`;
    write('idp.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    write('api.key', API_KEY);
    write(
      'stacyvm.yaml',
      `auth:
  api_key_file: api.key
  oidc_enabled: true
  oidc_issuers:
    - { name: corp, issuer: ${ISSUER}, audience: stacyvm, public_key_file: idp.pem, viewer_groups: [staff] }
    - { name: remote, issuer: '${remote}', audience: stacyvm, admin_groups: [ops] }
    - { name: away, issuer: '${away}', audience: stacyvm, admin_groups: [ops] }
`,
    );
  });
  after(() => {
    provider.closeAllConnections();
    provider.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const check = (args: readonly string[], config = 'stacyvm.yaml'): Promise<CommandResult> =>
    runCommand(['auth', 'check', '--config', config, ...args], { cwd: directory });
  const token = (claims: object = {}): string => {
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
    const input = `${part({ alg: 'ES256', kid: 'k1' })}.${part(payload)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  const offline = (text: string, config = 'stacyvm.yaml') =>
    checkOffline({ token: text }, resolve(directory, config), {});
  const checkToken = (text: string): Promise<CommandResult> => {
    write('token', `${text}\n`);
    return check(['--token-file', 'token']);
  };

  it('tells every check of a token that is good, and that revocations are not known here', async () => {
    const { code, stdout, stderr } = await checkToken(token());
    expect(code, stderr).to.equal(0);
    const names = [...stdout.matchAll(/^ok +(\w+)/gm)].map(([, name]) => name);
    expect(names).to.deep.equal([
      ...['form', 'key', 'signature', 'issuer', 'audience', 'lifetime', 'subject', 'revocation', 'tenant'],
      ...['groups', 'role'],
    ]);
    expect(stdout).to.match(/^ok +issuer +https:\/\/idp\.example$/m);
    expect(stdout).to.match(/^ok +revocation +not checked/m);
    expect(stdout).to.contain('accepted: oidc:corp:ada\nrole viewer');
  });

  it('fetches the keys of an issuer that publishes them', async () => {
    const { code, stdout } = await checkToken(token({ iss: remote, groups: ['ops'] }));
    expect(code, stdout).to.equal(0);
    expect(stdout).to.contain('accepted: oidc:remote:ada\nrole admin');
  });

  it('shows the same in JSON as a server does, and nothing of the token', async () => {
    const text = token({ tenant_id: 'tn-1' });
    write('token', text);
    const { stdout } = await check(['--token-file', 'token', '--format', 'json']);
    const answer = JSON.parse(stdout);
    expect(answer.principal).to.include({
      kind: 'oidc',
      id: 'oidc:corp:ada',
      role: 'viewer',
      tenant_id: 'tn-1',
    });
    for (const part of text.split('.')) expect(stdout).not.to.contain(part);
  });

  it('knows the keys of the configuration', async () => {
    const { code, stdout } = await check(['--key-file', 'api.key']);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/accepted: api:[0-9a-f]{16}\nrole api/)
      .and.not.to.contain(API_KEY);
    write('other.key', 'f'.repeat(32));
    const refused = await check(['--key-file', 'other.key']);
    expect([refused.code, refused.stdout.includes('refused: api_key_invalid')]).to.deep.equal([1, true]);
  });

  const refusals: ReadonlyArray<readonly [string, () => string, string, string]> = [
    ['is no token', () => 'x', 'form', 'bearer_malformed'],
    ['is of a stranger', () => token({ iss: 'https://stranger.example' }), 'issuer', 'bearer_wrong_issuer'],
    ['is changed', () => token().replace(/.{4}$/, 'AAAA'), 'signature', 'bearer_bad_signature'],
    ['is for somebody else', () => token({ aud: 'another' }), 'audience', 'bearer_wrong_audience'],
    ['is expired', () => token({ exp: 1_000 }), 'lifetime', 'bearer_expired'],
    ['has no group with a role', () => token({ groups: [] }), 'role', 'no_role'],
  ];
  for (const [name, made, failed, reason] of refusals) {
    it(`refuses one that ${name}`, async () => {
      const explanation = await offline(made());
      expect(explanation).to.include({ accepted: false, reason });
      expect(explanation.checks.at(-1)).to.include({ name: failed, ok: false });
    });
  }

  it('ends with 1 for one that is refused', async () => {
    const { code, stdout, stderr } = await checkToken(token({ aud: 'another' }));
    expect([code, stderr]).to.deep.equal([1, '']);
    expect(stdout)
      .to.match(/^NO +audience/m)
      .and.to.contain('refused: bearer_wrong_audience');
  });

  it('ends with 2 while the keys of the issuer cannot be fetched', async () => {
    const { code, stdout, stderr } = await checkToken(token({ iss: away }));
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.contain('the keys of the identity provider cannot be fetched');
  });

  const untold: ReadonlyArray<readonly [string, () => Promise<unknown>, string]> = [
    ['the configuration is not there', () => offline(token(), 'none.yaml'), 'none.yaml'],
    ['the configuration is broken', () => offline(token(), write('broken.yaml', 'auth: [')), 'broken.yaml'],
    ['no issuer is configured', () => offline(token(), write('empty.yaml', '{}')), 'names no issuer'],
    ['it is a key of the database', () => offline(`svk_${'0'.repeat(12)}`), 'a key of the database'],
  ];
  for (const [name, run, message] of untold) {
    it(`cannot tell when ${name}`, async () => {
      const failure: unknown = await run().catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(CommandFailure).and.to.include({ exitCode: 2 });
      expect(String(failure)).to.contain(message);
    });
  }

  const wrong: ReadonlyArray<readonly [string, readonly string[], string]> = [
    ['a file that is not there', ['--token-file', 'none'], 'none cannot be read: ENOENT'],
    [
      'two places to ask',
      ['--config', 'x', '--server', 'http://127.0.0.1:9'],
      'give one of: --config, --server',
    ],
    ['an admin key without a server', ['--api-key-file', 'api.key'], 'go with --server'],
    ['a server that does not answer', ['--server', 'http://127.0.0.1:9'], 'cannot reach the control plane'],
  ];
  for (const [name, args, message] of wrong) {
    it(`ends with 2 for ${name}`, async () => {
      write('token', token());
      const file = args.includes('--token-file') ? [] : ['--token-file', 'token'];
      const { code, stdout, stderr } = await runCommand(['auth', 'check', ...file, ...args], {
        cwd: directory,
      });
      expect([code, stdout], stderr).to.deep.equal([2, '']);
      expect(stderr).to.contain(message);
    });
  }
});
