import { expect } from 'chai';
import { describeProblem } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

/** As an operator of the reference implementation has it, secrets left empty as its example does. */
const REFERENCE_FILE = `
server: {preview_domain: localhost}
providers: {default: Firecracker, e2b: {enabled: false}}
auth:
  api_key: ""
  worker_token: ""
  worker_token_file: ""
  worker_signing_keys: [""]
database: {driver: sqlite}
logging: {level: trace}
`;

describe('the configuration file of the reference implementation', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  it('is refused with what to write instead', () => {
    expect(scratch.problemsOfText(REFERENCE_FILE)).to.deep.equal([
      'stacyvm.yaml:3:13: providers.default: must be one of bubblewrap, docker, mock; there is no provider firecracker',
      'stacyvm.yaml:5:3: auth.api_key: must be a text that is not empty; it is empty: leave it out where there is none',
      'stacyvm.yaml:6:3: auth.worker_token: must be a text that is not empty; it is empty: leave it out where there is none',
      'stacyvm.yaml:7:3: auth.worker_token_file: must be the path of a file; it is empty: leave it out where there is none',
      'stacyvm.yaml:8:26: auth.worker_signing_keys: item 1 must be a text that is not empty; it is empty: leave it out where there is none',
      'stacyvm.yaml:9:12: database.driver: must be one of embedded, postgres; data is kept in Postgres; write embedded, and a directory as database.path',
      'stacyvm.yaml:10:11: logging.level: must be one of debug, info, warn, error; write debug',
    ]);
  });

  it('is refused with what is not supported beside it', () => {
    const configFile = scratch.write('stacyvm.yaml', REFERENCE_FILE);
    const { warnings } = scratch.errorOf({ configFile, env: { STACYVM_POOL_ENABLED: 'false' } });
    expect(warnings.map((warning) => scratch.plain(describeProblem(warning)))).to.deep.equal([
      'stacyvm.yaml:2:10: server.preview_domain: is not supported here: sandboxes have no preview host names; remove it',
      'stacyvm.yaml:3:35: providers.e2b: is not supported here: there is no provider e2b; use bubblewrap or docker; remove it',
      'STACYVM_POOL_ENABLED: pool: is not supported here: every user gets a sandbox of their own; virtual machines are not shared; remove it',
    ]);
  });

  it('tells values of variables in the same way', () => {
    const { problems } = scratch.errorOf({ env: { STACYVM_DATABASE_DRIVER: 'postgresql' } });
    expect(problems.map(describeProblem)).to.deep.equal([
      'STACYVM_DATABASE_DRIVER: database.driver: must be one of embedded, postgres; write postgres',
    ]);
  });
});
