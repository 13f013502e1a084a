import { symlinkSync } from 'node:fs';
import { expect } from 'chai';
import { SettingsScratch } from './settings-scratch.js';

describe('the configuration file', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  it('that the flag names wins over that of the environment', () => {
    const byFlag = scratch.write('flag.yaml', '');
    const byVariable = scratch.write('variable.yaml', '');
    const env = { STACYVM_CONFIG: 'variable.yaml' };
    expect(scratch.load({ env, configFile: 'flag.yaml' }).configFile).to.equal(byFlag);
    expect(scratch.load({ env }).configFile).to.equal(byVariable);
    expect(scratch.load({ env: { STACYVM_CONFIG: '' } }).configFile).to.equal(undefined);
  });

  it('is not passed over when it cannot be looked at', () => {
    symlinkSync('stacyvm.yaml', scratch.path('stacyvm.yaml'));
    scratch.write('home/.stacyvm/config.yaml', 'server: {port: 1}');
    const { code, problems } = scratch.errorOf();
    expect(code).to.equal('file_unreadable');
    expect(problems).to.deep.equal([
      {
        code: 'file_unreadable',
        key: 'config',
        origin: { kind: 'file', name: scratch.path('stacyvm.yaml') },
        message: 'cannot be read: ELOOP',
      },
    ]);
  });

  it('is an error when it is a directory', () => {
    scratch.write('stacyvm.yaml/file', '');
    expect(scratch.errorOf().problems[0]?.message).to.equal('cannot be read: EISDIR');
  });

  it('is looked for in no home when there is none', () => {
    expect(scratch.load({ homeDir: '' }).configFile).to.equal(undefined);
  });

  it('may be empty, or have comments only', () => {
    expect(scratch.loadText('').settings['server.port']).to.equal(7423);
    expect(scratch.loadText('# nothing\n').settings['server.port']).to.equal(7423);
    expect(scratch.loadText('---\n').settings['server.port']).to.equal(7423);
  });
});
