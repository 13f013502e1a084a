import { expect } from 'chai';
import { credentialExplanation } from '../src/index.js';

describe('the explanation of a credential', () => {
  const checks = [{ name: 'form', ok: true, detail: 'a key' }] as const;
  const principal = {
    kind: 'oidc',
    id: 'oidc:ada',
    role: 'viewer',
    scopes: ['read:*'],
    credentialId: '0f',
  } as const;

  it('tells who it is, in the words of the contract', () => {
    const who = { kind: 'oidc', id: 'oidc:ada', role: 'viewer', scopes: ['read:*'], credential_id: '0f' };
    expect(credentialExplanation({ accepted: true, checks, principal })).to.deep.equal({
      accepted: true,
      checks,
      principal: who,
    });
    const more = { ...principal, tenant: 'tn-a', issuer: 'https://id.example' };
    expect(credentialExplanation({ accepted: true, checks, principal: more }).principal).to.deep.equal({
      ...who,
      tenant_id: 'tn-a',
      issuer: 'https://id.example',
    });
  });

  it('tells why not, and nothing that only the verification knows', () => {
    const verdict = {
      accepted: false,
      checks,
      reason: 'bearer_expired',
      message: 'it has expired',
      key: 'x',
    } as const;
    expect(credentialExplanation(verdict)).to.deep.equal({
      accepted: false,
      checks,
      reason: 'bearer_expired',
      message: 'it has expired',
    });
  });
});
