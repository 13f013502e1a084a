import { expect } from 'chai';
import { AUTH_ERROR_CODES, httpStatusOf } from '../src/errors.js';

describe('httpStatusOf', () => {
  it('gives every code its status', () => {
    const codes = (status: number) => AUTH_ERROR_CODES.filter((code) => httpStatusOf(code) === status);
    expect(codes(400)).to.deep.equal(['logout_token_invalid', 'logout_token_replayed']);
    expect(codes(403)).to.deep.equal(['groups_overage', 'no_role', 'tenant_not_allowed', 'missing_scope']);
    expect(codes(429)).to.deep.equal(['too_many_failures']);
    expect(codes(503)).to.deep.equal(['oidc_keys_unavailable', 'api_keys_unavailable']);
    expect(codes(500)).to.deep.equal([
      'weak_api_key',
      'placeholder_api_key',
      'equal_api_keys',
      'oidc_misconfigured',
    ]);
    expect(codes(401)).to.have.length(AUTH_ERROR_CODES.length - 13);
  });
});
