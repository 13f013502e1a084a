import { expect } from 'chai';
import { settingsSchema, showSettings } from '../../src/index.js';
import { OIDC_ISSUER_FIELDS, OIDC_ISSUER_SCHEMA } from '../../src/oidc-issuers/oidc-issuer.js';
import { SettingsScratch } from '../settings-scratch.js';

const PEM = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n';
const TWO = `
auth:
  oidc_issuers:
    - name: corp
      issuer: https://login.corp.example/v2.0
      audience: api://stacyvm
      client_ids: [console, cli]
      jwks_url: https://login.corp.example/keys
      groups_claim: roles
      tenant_claim: tid
      tenants: [tn-1, tn-2]
      admin_groups: [a]
      operator_groups: [b, c]
      viewer_groups: []
      default_role: viewer
    - { name: ci, issuer: "https://ci.example", public_key_file: keys/ci.pem }
`;

describe('auth.oidc_issuers', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  it('are read with their public keys, relative to the file that names them', () => {
    const path = scratch.write('keys/ci.pem', PEM);
    const { settings, files } = scratch.loadText(TWO);
    const [corp, ci] = settings['auth.oidc_issuers'];
    expect(corp).to.deep.equal({
      name: 'corp',
      issuer: 'https://login.corp.example/v2.0',
      audience: 'api://stacyvm',
      clientIds: ['console', 'cli'],
      jwksUrl: 'https://login.corp.example/keys',
      publicKey: undefined,
      groupsClaim: 'roles',
      tenantClaim: 'tid',
      tenants: ['tn-1', 'tn-2'],
      adminGroups: ['a'],
      operatorGroups: ['b', 'c'],
      viewerGroups: [],
      defaultRole: 'viewer',
    });
    expect(ci).to.include({ name: 'ci', publicKey: PEM, defaultRole: 'none', tenants: undefined });
    expect(files).to.include(path);
  });

  it('are none by default', () => {
    expect(scratch.load().settings['auth.oidc_issuers']).to.deep.equal([]);
  });

  it('come from the environment as JSON', () => {
    const text = JSON.stringify([{ name: 'ci', issuer: 'https://ci.example', public_key: PEM }]);
    const { settings } = scratch.load({ env: { STACYVM_AUTH_OIDC_ISSUERS: text } });
    expect(settings['auth.oidc_issuers'][0]).to.include({ name: 'ci', publicKey: PEM });
  });

  it('are shown as a file would have them', () => {
    scratch.write('keys/ci.pem', PEM);
    const shown = showSettings(scratch.loadText(TWO)).find(({ key }) => key === 'auth.oidc_issuers');
    expect(shown?.value).to.have.nested.property('[0].jwks_url', 'https://login.corp.example/keys');
    expect(shown?.value).to.have.nested.property('[1].public_key', PEM);
    expect(shown?.value).not.to.have.nested.property('[1].audience');
  });

  it('are described in the schema for editors', () => {
    const text = JSON.stringify(settingsSchema());
    expect(text).to.include(JSON.stringify(OIDC_ISSUER_SCHEMA));
    expect(OIDC_ISSUER_FIELDS).to.have.length(14);
  });

  const one = (fields: string) =>
    `auth: { oidc_issuers: [{ name: corp, issuer: "https://a.example"${fields} }] }`;
  const refused: ReadonlyArray<readonly [string, string, RegExp]> = [
    ['no list', 'auth: { oidc_issuers: corp }', /must be a list of maps; it is a text/],
    ['no client id among them', one(', client_ids: []'), /client_ids must name one at least/],
    [
      'an empty client id',
      one(', client_ids: [""]'),
      /client_ids must be a list of texts that are not empty/,
    ],
    ['a text in it', 'auth: { oidc_issuers: [corp] }', /item 1 must be a map with name and issuer/],
    ['no name', 'auth: { oidc_issuers: [{ issuer: "https://a.example" }] }', /issuer 1: name is missing/],
    ['no issuer', 'auth: { oidc_issuers: [{ name: a }] }', /issuer 1: issuer is missing/],
    [
      'a name with a colon',
      'auth: { oidc_issuers: [{ name: "a:b", issuer: "https://a.example" }] }',
      /issuer 1: name must be 1 to 63/,
    ],
    [
      'an issuer that is no URL',
      'auth: { oidc_issuers: [{ name: a, issuer: idp }] }',
      /issuer 1: issuer must be a URL/,
    ],
    [
      'a field that is none',
      one(', audiense: x'),
      /issuer 1: "audiense" is not known; it may have name, issuer/,
    ],
    ['an empty audience', one(', audience: ""'), /issuer 1: audience must not be empty/],
    ['keys that are no URL', one(', jwks_url: x'), /issuer 1: jwks_url must be a URL/],
    ['no tenants', one(', tenants: []'), /issuer 1: tenants must name one at least/],
    ['groups as a text', one(', admin_groups: ops'), /issuer 1: admin_groups must be a list of texts/],
    ['a number as a group', one(', viewer_groups: [1]'), /issuer 1: viewer_groups must be a list of texts/],
    ['an empty group', one(', viewer_groups: [" "]'), /issuer 1: viewer_groups must be a list of texts/],
    [
      'everybody as admin',
      one(', default_role: admin'),
      /issuer 1: default_role must be one of none, viewer, operator, api/,
    ],
    [
      'a key that is not there',
      one(', public_key_file: none.pem'),
      /issuer 1: public_key_file cannot be read/,
    ],
    [
      'two keys',
      one(', public_key: x, public_key_file: y'),
      /issuer 1: public_key_file is set beside public_key/,
    ],
    [
      'an issuer twice',
      'auth: { oidc_issuers: [{ name: a, issuer: "https://a.example" }, { name: b, issuer: "https://a.example" }] }',
      /the issuer https:\/\/a.example is there twice/,
    ],
    [
      'a name twice',
      'auth: { oidc_issuers: [{ name: a, issuer: "https://a.example" }, { name: a, issuer: "https://b.example" }] }',
      /two issuers have the name "a"/,
    ],
  ];
  for (const [name, text, message] of refused) {
    it(`are refused with ${name}`, () => {
      const problems = scratch.problemsOfText(text);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.match(message);
      expect(problems[0]).to.include('auth.oidc_issuers');
    });
  }

  it('tell the place of what is wrong', () => {
    const [problem] = scratch.problemsOfText(TWO.replace('default_role: viewer', 'default_role: root'));
    expect(problem).to.match(/^stacyvm\.yaml:15:21/);
  });
});
