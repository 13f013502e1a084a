import { expect } from 'chai';
import { CredentialError, staticCredentialSource } from '../src/index.js';

describe('staticCredentialSource', () => {
  it('presents its token and does not show it otherwise', async () => {
    const source = staticCredentialSource({ token: 'secret\n' });
    expect(await source.credential()).to.deep.equal({ token: 'secret' });
    expect(source.describe()).to.equal('static token');
  });

  it('refuses an empty token', () => {
    expect(() => staticCredentialSource({ token: ' ' }))
      .to.throw(CredentialError)
      .with.property('code', 'credential_empty');
  });
});
