import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { createSystem, entryOf, type System } from '../system.js';

const textOf = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
const PEOPLE = textOf('people.md');
const TENANTS = textOf('tenants.md');

const commandsOf = (document: string): readonly string[] =>
  [...document.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n'));

/** The tenant and the key that docs/people.md speaks of. */
const TENANT = 'tn-000102030405060708090a0b';
const KEY_ID = 'ak-000102030405060708090a0b';

interface ExampleIssuer {
  readonly name: string;
  readonly issuer: string;
  readonly audience: string;
}

/** Runs what docs/people.md and docs/tenants.md tell people to run, on a control plane with the issuers of docs/people.md. */
describe('the commands of docs/people.md and docs/tenants.md', function () {
  this.timeout(60_000);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(PEOPLE) ?? [];
  const example = load(yaml) as { readonly auth: { readonly oidc_issuers: readonly ExampleIssuer[] } };
  const [corp] = example.auth.oidc_issuers;
  let system: System;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    system = await createSystem();
    const { directory } = system;
    system.write('idp.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    // The providers of the example are not there to be asked for their keys.
    const issuers = example.auth.oidc_issuers.map((issuer) => ({ ...issuer, public_key_file: 'idp.pem' }));
    const config = readFileSync(join(directory, 'control-plane-0.yaml'), 'utf8').replace(
      /^auth:$/m,
      `auth:\n  oidc_enabled: true\n  oidc_issuers: ${JSON.stringify(issuers)}`,
    );
    system.write('control-plane-0.yaml', config);
    system.write('stacyvm.yaml', config);
    copyFileSync(system.adminKeyFile, join(directory, 'admin.key'));
    const secrets = join(directory, '.stacyvm/site/secrets');
    mkdirSync(secrets, { recursive: true });
    copyFileSync(system.adminKeyFile, join(secrets, 'admin-api-key'));
    // The commands mean the control plane of this machine on its usual port; ours has another.
    const command = system.write(
      'bin/stacyvm',
      `#!/bin/sh
case " $* " in
  *' --config '*|*' --server '*) exec '${process.execPath}' '${entryOf('cli')}' "$@" ;;
  *) exec '${process.execPath}' '${entryOf('cli')}' "$@" --server '${system.url}' ;;
esac
`,
    );
    chmodSync(command, 0o755);
    env = { PATH: [join(directory, 'bin'), process.env['PATH']].join(delimiter), HOME: '/nonexistent' };
    await system.startControlPlane();
    succeeds(`stacyvm tenant create Example --id ${TENANT} --api-key-file admin.key`);
  });
  after(() => system?.stop());

  function run(command: string, more: NodeJS.ProcessEnv = {}) {
    const {
      status: code,
      stdout,
      stderr,
    } = spawnSync('sh', ['-e', '-c', command.replaceAll('http://localhost:7423', system.url)], {
      cwd: system.directory,
      env: { ...env, ...more },
      encoding: 'utf8',
    });
    return { code, stdout, stderr };
  }
  function succeeds(command: string, more: NodeJS.ProcessEnv = {}): string {
    const { code, stdout, stderr } = run(command, more);
    expect(code, `${command}\n${stderr}`).to.equal(0);
    return stdout;
  }
  /** Signs ada in at the first issuer of the example, a moment after what has been revoked. */
  function signIn(): void {
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: 'ada', iat: now + 5, exp: now + 300, roles: ['staff'], sid: 'another' };
    const payload = { iss: corp?.issuer, aud: corp?.audience, ...claims };
    const input = `${part({ alg: 'ES256' })}.${part(payload)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    system.write('ada.jwt', `${input}.${signature.toString('base64url')}\n`);
  }

  /** What each command must print, by its beginning. */
  const printed: ReadonlyArray<readonly [string, RegExp]> = [
    ['stacyvm apikey create', /^$/],
    ['stacyvm apikey list', /\bci +api\b/],
    ['stacyvm apikey revoke', /\(ci\) is revoked$/],
    [
      'stacyvm auth revoke --subject',
      /: subject ada of https:\/\/login\.corp\.example\/v2\.0, .* is revoked$/,
    ],
    ['stacyvm auth revoke --session', /: session 08a5019c of .* is revoked$/],
    ['stacyvm auth revocations', /session +08a5019c[\s\S]*subject +ada/],
    ['stacyvm auth check', /^accepted: oidc:corp:ada\nrole viewer/m],
    ['stacyvm tenant create', /research/],
    ['stacyvm tenant member set research ada', /ada/],
    ['stacyvm tenant member set research bob', /bob/],
    ['stacyvm tenant list', /research +Research/],
    ['stacyvm list', /^/],
  ];

  it('are all known here', () => {
    const commands = [...commandsOf(PEOPLE), ...commandsOf(TENANTS)];
    expect(commands).to.have.length(13);
    for (const command of commands) {
      expect(
        printed.filter(([beginning]) => command.startsWith(beginning)),
        command,
      ).to.have.length(1);
    }
  });

  for (const [document, commands] of [
    ['people.md', commandsOf(PEOPLE)],
    ['tenants.md', commandsOf(TENANTS)],
  ] as const) {
    for (const command of commands) {
      it(`${document}: ${command.slice(0, 80)}`, () => {
        if (command.includes('ada.jwt')) signIn();
        const [key] = command.includes(KEY_ID)
          ? (JSON.parse(
              succeeds(`stacyvm apikey list --tenant ${TENANT} --format json --api-key-file admin.key`),
            ) as { id: string }[])
          : [];
        const more =
          document === 'tenants.md' ? { STACYVM_API_KEY_FILE: '.stacyvm/site/secrets/admin-api-key' } : {};
        const output = succeeds(command.replace(KEY_ID, key?.id ?? ''), more);
        const [, expected] = printed.find(([beginning]) => command.startsWith(beginning)) ?? [];
        expect(output.trim()).to.match(expected ?? /^$/);
      });
    }
  }

  it('tenants.md: the export that its commands need, and the deletion that is refused, then done', () => {
    const [, name = '', value = ''] = /`export (\w+)=([^`]+)`/.exec(TENANTS) ?? [];
    const [, remove = ''] = /`(stacyvm tenant delete research)`/.exec(TENANTS) ?? [];
    const [, cascade = ''] = /`(--cascade)`/.exec(TENANTS) ?? [];
    const refused = run(remove, { [name]: value });
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('tenant_in_use').and.to.contain('2 members');
    expect(succeeds(`${remove} ${cascade}`, { [name]: value })).to.contain('research deleted');
  });

  it('show no secret in a log', () => {
    const key = readFileSync(join(system.directory, 'ci.key'), 'utf8').trim();
    const token = readFileSync(join(system.directory, 'ada.jwt'), 'utf8').trim();
    const log = system.programs.map((program) => program.log()).join('');
    for (const secret of [key, token, system.adminKey]) expect(log).not.to.contain(secret);
  });
});
