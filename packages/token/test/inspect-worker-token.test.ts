import { expect } from 'chai';
import { inspectWorkerToken, mintWorkerToken } from '../src/index.js';
import { FOREIGN_KEY, NOW, refusal, signPayload } from './token-fixture.js';

describe('inspectWorkerToken', () => {
  it('shows the claims of a token without a key, and says that nothing is verified', () => {
    const { token } = mintWorkerToken({
      key: FOREIGN_KEY,
      workerId: 'worker-a',
      audience: 'worker:rpc',
      ttlSeconds: 60,
      scopes: ['worker:exec'],
      tokenId: 'jti-1',
      notBefore: new Date(NOW + 1000),
      now: NOW,
    });
    expect(inspectWorkerToken(` ${token}\n`)).to.deep.equal({
      signatureVerified: false,
      workerId: 'worker-a',
      tokenId: 'jti-1',
      audience: 'worker:rpc',
      scopes: ['worker:exec'],
      issuedAt: new Date(NOW),
      notBefore: new Date(NOW + 1000),
      expiresAt: new Date(NOW + 60_000),
      certificateThumbprint: undefined,
    });
  });

  it('shows absent claims, unknown scopes and foreign audiences as they are', () => {
    expect(inspectWorkerToken(signPayload('{}'))).to.deep.equal({
      signatureVerified: false,
      workerId: undefined,
      tokenId: undefined,
      audience: undefined,
      scopes: undefined,
      issuedAt: undefined,
      notBefore: undefined,
      expiresAt: undefined,
      certificateThumbprint: undefined,
    });
    const odd = inspectWorkerToken(
      signPayload('{"aud":"elsewhere","scopes":["admin:*"],"exp":1,"iat":2,"nbf":3}'),
    );
    expect(odd).to.deep.include({ audience: 'elsewhere', scopes: ['admin:*'], expiresAt: new Date(1000) });
  });

  it('refuses what is no worker token', () => {
    for (const text of [
      '',
      'a.b.c',
      'stacyvm-worker-v1.e30',
      `stacyvm-worker-v1.e30.${'='.repeat(43)}`,
      signPayload('[]'),
    ]) {
      refusal(() => inspectWorkerToken(text), 'malformed');
    }
    for (const value of [undefined, null, 7, {}])
      refusal(() => inspectWorkerToken(value as never), 'malformed');
  });

  it('refuses claims that cannot be shown', () => {
    for (const payload of [
      '{"worker_id":"a b"}',
      '{"exp":"1"}',
      '{"exp":9007199254740991}',
      '{"jti":7}',
      '{"scopes":[7]}',
    ]) {
      refusal(() => inspectWorkerToken(signPayload(payload)), 'invalid_claim');
    }
  });
});
