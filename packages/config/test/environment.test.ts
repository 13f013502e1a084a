import { expect } from 'chai';
import { describeProblem, environmentName } from '../src/index.js';
import { KNOWN_KEYS, SECTIONS } from '../src/known-keys.js';
import { SettingsScratch } from './settings-scratch.js';

const SERVICE_LINKS = {
  STACYVM_PORT: 'tcp://10.0.0.1:7423',
  STACYVM_PORT_7423_TCP: 'tcp://10.0.0.1:7423',
  STACYVM_PORT_7423_TCP_PROTO: 'tcp',
  STACYVM_PORT_7423_TCP_PORT: '7423',
  STACYVM_PORT_7423_TCP_ADDR: '10.0.0.1',
  STACYVM_SERVICE_HOST: '10.0.0.1',
  STACYVM_SERVICE_PORT: '7423',
  STACYVM_SERVICE_PORT_HTTP: '7423',
};

describe('the environment', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());
  const problemsOf = (env: Record<string, string>) => scratch.errorOf({ env }).problems.map(describeProblem);
  const warningsOf = (env: Record<string, string>) => scratch.load({ env }).warnings.map(describeProblem);

  it('has a name of its own for each key and section', () => {
    const names = [...KNOWN_KEYS.keys(), ...SECTIONS].map(environmentName);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('leaves out what is empty', () => {
    expect(
      scratch.load({ env: { STACYVM_SERVER_PORT: '', STACYVM_SERVER: '' } }).settings['server.port'],
    ).to.equal(7423);
  });

  it('has maps as JSON, whose names keep case and dots', () => {
    const { settings, origins } = scratch.load({
      env: { STACYVM_AUTH_WORKER_TOKENS: '{"Worker.A":"one","__proto__":"two"}' },
    });
    expect(
      [...settings['auth.worker_tokens']].map(([name, secret]) => [name, secret.reveal()]),
    ).to.deep.equal([
      ['Worker.A', 'one'],
      ['__proto__', 'two'],
    ]);
    expect(origins['auth.worker_tokens']).to.deep.equal({
      kind: 'environment',
      name: 'STACYVM_AUTH_WORKER_TOKENS',
    });
  });

  it('says all that is wrong, by name', () => {
    expect(
      problemsOf({
        STACYVM_WORKER_MAX_SANDBOXES: '0',
        STACYVM_SERVER: 'http://127.0.0.1',
        STACYVM_SERVER_PORT: '80x',
        STACYVM_AUTH_ENABLED: 'yes',
        STACYVM_DEFAULTS_TTL: '30',
        STACYVM_AUTH_WORKER_TOKENS: '["a"]',
        STACYVM_SERVER_TRUSTED_PROXIES: '10.0.0.1, proxy',
      }),
    ).to.deep.equal([
      'STACYVM_AUTH_ENABLED: auth.enabled: must be true or false',
      'STACYVM_AUTH_WORKER_TOKENS: auth.worker_tokens: must be a JSON object of names, each with a secret',
      'STACYVM_DEFAULTS_TTL: defaults.ttl: must be a duration such as 30s or 1h30m, from 1s to 8760h; it has no unit',
      'STACYVM_SERVER: server: is a section, not a setting; set a variable below it, such as STACYVM_SERVER_HOST',
      'STACYVM_SERVER_PORT: server.port: must be an integer from 0 to 65535',
      'STACYVM_SERVER_TRUSTED_PROXIES: server.trusted_proxies: item 2 must be an address such as 10.0.0.7, or a network such as 10.0.0.0/8',
      'STACYVM_WORKER_MAX_SANDBOXES: worker.max_sandboxes: must be an integer from 1 to 10000',
    ]);
  });

  it('warns of variables that are none, and of unsupported ones, even when they switch something on', () => {
    expect(
      warningsOf({
        STACYVM_SERVER_PROT: '80',
        STACYVM_POOL_ENABLED: 'true',
        STACYVM_SERVER_PREVIEW_DOMAIN: 'x',
        STACYVM_WHATEVER_THIS_IS: '1',
        OTHER_SERVER_PROT: '80',
      }),
    ).to.deep.equal([
      'STACYVM_POOL_ENABLED: pool: is not supported here: every user gets a sandbox of their own; virtual machines are not shared; remove it',
      'STACYVM_SERVER_PREVIEW_DOMAIN: server.preview_domain: is not supported here: sandboxes have no preview host names; remove it',
      'STACYVM_SERVER_PROT: is not the variable of a setting; did you mean STACYVM_SERVER_PORT?',
      'STACYVM_WHATEVER_THIS_IS: is not the variable of a setting',
    ]);
  });

  it('leaves the variables of clients alone', () => {
    const names = ['API_KEY', 'API_KEY_FILE', 'CA_FILE', 'TENANT', 'URL'];
    expect(warningsOf(Object.fromEntries(names.map((name) => [`STACYVM_${name}`, 'x'])))).to.deep.equal([]);
  });

  it('leaves what Kubernetes sets for a Service', () => {
    expect(warningsOf(SERVICE_LINKS)).to.deep.equal([]);
  });

  it('tells when Kubernetes has set a setting', () => {
    expect(problemsOf({ STACYVM_SERVER_PORT: 'tcp://10.0.0.1:7423' })).to.deep.equal([
      'STACYVM_SERVER_PORT: server.port: was set by Kubernetes for a Service of that name; set enableServiceLinks: false in the pod, or rename the Service',
    ]);
  });
});
