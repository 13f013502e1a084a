import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createPatient, type Patient, resultOf } from './patient.js';

const jwk = (key: KeyObject, members: object = {}): object => ({
  ...key.export({ format: 'jwk' }),
  ...members,
});
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
const ed = generateKeyPairSync('ed25519').publicKey;

describe('stacyvm doctor on identity', () => {
  let patient: Patient;
  let provider: Server;
  let issuer: string;
  let answers: Record<string, { readonly status: number; readonly body: string; readonly location?: string }>;

  beforeEach(async () => {
    patient = createPatient();
    provider = createServer((request, response) => {
      const { status, body, location } = answers[request.url ?? ''] ?? { status: 404, body: '' };
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    });
    await new Promise<void>((resolve) => {
      provider.listen(0, '127.0.0.1', resolve);
    });
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    answers = { '/.well-known/openid-configuration': json({ issuer, jwks_uri: `${issuer}/keys` }) };
    publish(jwk(ec), jwk(rsa, { use: 'sig' }), jwk(ed));
  });
  afterEach(() => {
    provider.close();
    patient.remove();
  });

  const json = (value: unknown): { readonly status: number; readonly body: string } => ({
    status: 200,
    body: JSON.stringify(value),
  });
  const publish = (...keys: readonly object[]): void => {
    answers['/keys'] = json({ keys });
  };
  const withOidc = (more = ''): string =>
    `auth: { oidc_enabled: true, oidc_issuer: "${issuer}", oidc_audience: stacyvm${more} }\n`;

  it('finds the issuer and its keys', async () => {
    const report = await patient.examine(withOidc());
    expect(resultOf(report, 'identity.oidc.keys').message).to.match(/^3 of 3 can verify/);
    // It is no https here.
    expect(resultOf(report, 'identity.oidc.discovery').status).to.equal('warning');
    const production = await patient.examine(withOidc(), { production: true });
    expect(resultOf(production, 'identity.oidc.discovery').status).to.equal('failure');
  });

  it('counts only keys that can verify', async () => {
    publish(jwk(ec), jwk(short), jwk(rsa, { use: 'enc' }), { kty: 'oct', k: 'AAAA' }, { kty: 'EC' });
    const report = await patient.examine(withOidc());
    expect(resultOf(report, 'identity.oidc.keys').message).to.match(/^1 of 5 can verify/);
  });

  const broken: ReadonlyArray<readonly [string, string, () => void, string]> = [
    ['no usable key', 'keys', () => publish({ kty: 'oct', k: 'AAAA' }), 'failure'],
    ['an empty key set', 'keys', () => publish(), 'failure'],
    ['no key set', 'keys', () => delete answers['/keys'], 'failure'],
    [
      'another issuer',
      'discovery',
      () => {
        answers['/.well-known/openid-configuration'] = json({
          issuer: 'https://other',
          jwks_uri: `${issuer}/keys`,
        });
      },
      'failure',
    ],
    [
      'no jwks_uri',
      'discovery',
      () => {
        answers['/.well-known/openid-configuration'] = json({ issuer });
      },
      'failure',
    ],
    [
      'a redirect',
      'discovery',
      () => {
        answers['/.well-known/openid-configuration'] = { status: 302, body: '', location: `${issuer}/keys` };
      },
      'failure',
    ],
    [
      'an endless document',
      'discovery',
      () => {
        answers['/.well-known/openid-configuration'] = { status: 200, body: 'x'.repeat(2 * 1024 * 1024) };
      },
      'failure',
    ],
    ['nobody', 'discovery', () => provider.close(), 'failure'],
  ];
  for (const [name, id, spoil, status] of broken) {
    it(`fails with ${name}`, async () => {
      spoil();
      const report = await patient.examine(withOidc());
      expect(resultOf(report, `identity.oidc.${id}`).status).to.equal(status);
      expect(resultOf(report, `identity.oidc.${id}`).advice).to.be.a('string');
    });
  }

  it('asks no discovery where the keys are configured', async () => {
    delete answers['/.well-known/openid-configuration'];
    const report = await patient.examine(withOidc(`, oidc_jwks_url: "${issuer}/keys"`));
    expect(resultOf(report, 'identity.oidc.discovery').status).to.equal('skipped');
    expect(resultOf(report, 'identity.oidc.keys').message).to.match(/^3 of 3/);
  });

  it('asks nobody where the public key is configured', async () => {
    provider.close();
    patient.write('issuer.pem', String(ec.export({ type: 'spki', format: 'pem' })));
    const report = await patient.examine(withOidc(', oidc_public_key_file: issuer.pem'));
    expect(resultOf(report, 'identity.oidc').status).to.equal('success');
    patient.write('issuer.pem', String(short.export({ type: 'spki', format: 'pem' })));
    const weak = await patient.examine(withOidc(', oidc_public_key_file: issuer.pem'));
    expect(resultOf(weak, 'identity.oidc.public_key').status).to.equal('failure');
  });

  const keys: ReadonlyArray<readonly [string, string, string]> = [
    ['a random key', 'Zb3kq9VtYw1mXr7pLc5sNd2gHf8jKa4uQe6iToGyBv0=', 'success'],
    ['a short key', 'Zb3kq9VtYw1mXr7p', 'failure'],
    ['a key of few characters', 'abababababababababababababababababab', 'warning'],
  ];
  for (const [name, key, status] of keys) {
    it(`is ${status} for ${name}`, async () => {
      patient.write('signing', key);
      const report = await patient.examine('auth: { worker_signing_key_file: signing }\n');
      expect(resultOf(report, 'identity.signing_key').status).to.equal(status);
      expect(JSON.stringify(report)).not.to.contain(key);
    });
  }

  it('tells static tokens that are left', async () => {
    patient.write('shared', 'shared-static-token-of-workers');
    const report = await patient.examine('auth: { worker_token_file: shared }\n', { production: true });
    expect(resultOf(report, 'identity.static_credentials')).to.include({ status: 'failure' });
  });
});
