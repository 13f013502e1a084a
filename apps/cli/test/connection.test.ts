import { expect } from 'chai';
import { chosenTenant } from '../src/connection.js';
import { CommandFailure } from '../src/failure.js';

describe('the tenant that a command acts for', () => {
  const there = { STACYVM_TENANT: 'tn-env' };

  it('is that of the option, else of the environment, else none', () => {
    expect(chosenTenant('tn-a', there)).to.equal('tn-a');
    expect(chosenTenant(undefined, there)).to.equal('tn-env');
    expect(chosenTenant(undefined, {})).to.equal(undefined);
    expect(chosenTenant(undefined, { STACYVM_TENANT: '' })).to.equal(undefined);
  });

  it('is none where the command says so, whatever the environment has', () => {
    expect(chosenTenant(null, there)).to.equal(undefined);
  });

  for (const given of ['', ' ', 'a b', '../x', 'x'.repeat(129), 'tn-a\r\nX-User-ID: ada']) {
    it(`is never ${JSON.stringify(given.slice(0, 20))}: an option that came out wrong acts for nobody`, () => {
      expect(() => chosenTenant(given, there))
        .to.throw(CommandFailure, '--tenant must be the id of a tenant')
        .with.property('exitCode', 2);
    });
  }
});
