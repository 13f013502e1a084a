import { expect } from 'chai';
import type { AuthErrorCode } from '../../src/errors.js';
import {
  checkAudience,
  checkIssuer,
  checkLifetime,
  readGroups,
  readSubject,
  readTenant,
} from '../../src/oidc/claims.js';
import { expectRefusal } from '../auth-error.js';

const claimsOf = (claims: object) => new Map(Object.entries(JSON.parse(JSON.stringify(claims))));
const now = new Date('2026-03-01T12:00:00Z');
const at = now.getTime() / 1000;

type Case = readonly [string, object, AuthErrorCode];

function refuses(cases: readonly Case[], check: (claims: ReadonlyMap<string, unknown>) => unknown): void {
  for (const [name, claims, code] of cases) {
    it(`refuses ${name} as ${code}`, () => expectRefusal(code, () => check(claimsOf(claims))));
  }
}

describe('checkIssuer', () => {
  const issuer = 'https://idp.example';

  it('takes the issuer', () => checkIssuer(claimsOf({ iss: issuer }), issuer));

  refuses(
    [
      ['no issuer', {}, 'bearer_invalid_claims'],
      ['a list with the issuer', { iss: [issuer] }, 'bearer_invalid_claims'],
      ['a slash more', { iss: `${issuer}/` }, 'bearer_wrong_issuer'],
      ['another case', { iss: 'https://IDP.example' }, 'bearer_wrong_issuer'],
      ['http', { iss: 'http://idp.example' }, 'bearer_wrong_issuer'],
      ['an issuer that begins alike', { iss: `${issuer}.attacker.example` }, 'bearer_wrong_issuer'],
      ['an empty issuer', { iss: '' }, 'bearer_wrong_issuer'],
    ],
    (claims) => checkIssuer(claims, issuer),
  );

  it('tells strangers nothing of what is expected, and operators all', async () => {
    const error = await expectRefusal('bearer_wrong_issuer', () =>
      checkIssuer(claimsOf({ iss: 'x' }), issuer),
    );
    expect(error.message).not.to.include(issuer);
    expect(error.detail).to.include(issuer);
  });
});

describe('checkAudience', () => {
  for (const aud of ['stacyvm', ['stacyvm'], ['other', 'stacyvm']]) {
    it(`takes ${JSON.stringify(aud)}`, () => checkAudience(claimsOf({ aud }), 'stacyvm'));
  }

  refuses(
    [
      ['no audience', {}, 'bearer_wrong_audience'],
      ['null', { aud: null }, 'bearer_wrong_audience'],
      ['an empty list', { aud: [] }, 'bearer_wrong_audience'],
      ['another audience', { aud: 'other' }, 'bearer_wrong_audience'],
      ['a part of the name', { aud: 'stacy' }, 'bearer_wrong_audience'],
      ['a longer name', { aud: ['stacyvm2'] }, 'bearer_wrong_audience'],
      ['a list in a text', { aud: 'other stacyvm' }, 'bearer_wrong_audience'],
      ['a number', { aud: 1 }, 'bearer_invalid_claims'],
      ['a list with something else than texts', { aud: ['stacyvm', 1] }, 'bearer_invalid_claims'],
      ['an object', { aud: { 0: 'stacyvm' } }, 'bearer_invalid_claims'],
      ['the audience as azp alone', { azp: 'stacyvm' }, 'bearer_wrong_audience'],
    ],
    (claims) => checkAudience(claims, 'stacyvm'),
  );
});

describe('checkLifetime', () => {
  const accepted: ReadonlyArray<readonly [string, object]> = [
    ['a token in its time', { exp: at + 300, nbf: at - 10, iat: at - 10 }],
    ['a fraction of a second', { exp: at + 0.5 }],
    ['a token that expired 59 seconds ago', { exp: at - 59 }],
    ['a token from a clock that is 60 seconds ahead', { exp: at + 300, nbf: at + 60, iat: at + 60 }],
    ['an iat that is very old', { exp: at + 1, iat: 0 }],
  ];
  for (const [name, claims] of accepted) {
    it(`takes ${name}`, () => {
      expect(checkLifetime(claimsOf(claims), now).expiresAt).to.be.instanceOf(Date);
    });
  }

  refuses(
    [
      ['a token that expired 60 seconds ago', { exp: at - 60 }, 'bearer_expired'],
      ['a token of 1970', { exp: 0 }, 'bearer_expired'],
      ['a token whose time begins in 61 seconds', { exp: at + 300, nbf: at + 61 }, 'bearer_not_yet_valid'],
      ['a token that is issued in 61 seconds', { exp: at + 300, iat: at + 61 }, 'bearer_not_yet_valid'],
      [
        'a token that is both expired and from the future',
        { exp: at - 300, iat: at + 300 },
        'bearer_expired',
      ],
      ['no expiry', { iat: at }, 'bearer_invalid_claims'],
      ['an expiry that is a text', { exp: `${at + 300}` }, 'bearer_invalid_claims'],
      ['an expiry that is null', { exp: null }, 'bearer_invalid_claims'],
      ['a negative expiry', { exp: -1 }, 'bearer_invalid_claims'],
      ['an expiry in milliseconds that no Date holds', { exp: 1e16 }, 'bearer_invalid_claims'],
      ['an nbf that is a text', { exp: at + 300, nbf: '0' }, 'bearer_invalid_claims'],
      ['an iat that is null', { exp: at + 300, iat: null }, 'bearer_invalid_claims'],
      ['an iat that is true', { exp: at + 300, iat: true }, 'bearer_invalid_claims'],
    ],
    (claims) => checkLifetime(claims, now),
  );

  it('refuses an expiry beyond all numbers', () =>
    expectRefusal('bearer_invalid_claims', () =>
      checkLifetime(new Map(Object.entries(JSON.parse('{"exp":1e400}'))), now),
    ));
});

describe('readSubject', () => {
  for (const sub of ['ada', 'auth0|5f7c', 'Žofie', 'x'.repeat(255)]) {
    it(`takes ${sub.slice(0, 12)}`, () => {
      expect(readSubject(claimsOf({ sub }))).to.equal(sub);
    });
  }

  refuses(
    [
      ['no subject', {}, 'bearer_invalid_claims'],
      ['an empty subject', { sub: '' }, 'bearer_invalid_claims'],
      ['a number', { sub: 7 }, 'bearer_invalid_claims'],
      ['256 bytes', { sub: 'x'.repeat(256) }, 'bearer_invalid_claims'],
      ['128 characters of two bytes', { sub: 'é'.repeat(128) }, 'bearer_invalid_claims'],
      ['a line feed', { sub: 'ada\nroot' }, 'bearer_invalid_claims'],
      ['a NUL', { sub: 'ada\0' }, 'bearer_invalid_claims'],
    ],
    readSubject,
  );
});

describe('readGroups', () => {
  const read = (claims: object) => readGroups(claimsOf(claims), 'groups');

  it('takes a list and a single text', () => {
    expect(read({ groups: ['a', 'b'] })).to.deep.equal(['a', 'b']);
    expect(read({ groups: 'a' })).to.deep.equal(['a']);
  });

  it('takes no claim for no group', () => {
    expect(read({})).to.deep.equal([]);
    expect(read({ groups: null })).to.deep.equal([]);
  });

  it('takes only the configured claim', () => {
    expect(readGroups(claimsOf({ groups: ['admins'] }), 'https://idp.example/roles')).to.deep.equal([]);
  });

  it('passes over distributed claims of another name', () => {
    expect(read({ _claim_names: { address: 'src1' }, groups: ['a'] })).to.deep.equal(['a']);
  });

  it('passes over hasgroups when it is false', () => {
    expect(read({ hasgroups: false })).to.deep.equal([]);
  });

  refuses(
    [
      ['a number', { groups: 1 }, 'bearer_invalid_claims'],
      ['an object', { groups: { admins: true } }, 'bearer_invalid_claims'],
      ['a list with a number', { groups: ['a', 1] }, 'bearer_invalid_claims'],
      ['a list in a list', { groups: [['admins']] }, 'bearer_invalid_claims'],
      ['groups kept elsewhere', { _claim_names: { groups: 'src1' } }, 'groups_overage'],
      [
        'groups kept elsewhere beside some',
        { _claim_names: { groups: 'src1' }, groups: ['a'] },
        'groups_overage',
      ],
      ['hasgroups', { hasgroups: true }, 'groups_overage'],
      ['hasgroups as a text', { hasgroups: 'true' }, 'groups_overage'],
    ],
    (claims) => readGroups(claims, 'groups'),
  );
});

describe('readTenant', () => {
  it('takes a text, and no claim for no tenant', () => {
    expect(readTenant(claimsOf({ tenant_id: 'tn-1' }), 'tenant_id')).to.equal('tn-1');
    expect(readTenant(claimsOf({ tenant: 'tn-1' }), 'tenant_id')).to.equal(undefined);
  });

  refuses(
    [
      ['an empty text', { tenant_id: '' }, 'bearer_invalid_claims'],
      ['white space', { tenant_id: ' ' }, 'bearer_invalid_claims'],
      ['null', { tenant_id: null }, 'bearer_invalid_claims'],
      ['a list', { tenant_id: ['tn-1'] }, 'bearer_invalid_claims'],
      ['a number', { tenant_id: 1 }, 'bearer_invalid_claims'],
      ['a line feed', { tenant_id: 'tn-1\n' }, 'bearer_invalid_claims'],
      ['256 bytes', { tenant_id: 'x'.repeat(256) }, 'bearer_invalid_claims'],
    ],
    (claims) => readTenant(claims, 'tenant_id'),
  );
});
