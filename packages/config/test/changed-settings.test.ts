import { expect } from 'chai';
import { changedSettings, type LoadOptions } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

describe('changedSettings', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());
  const settingsOf = (flags: LoadOptions['flags'] = {}) => scratch.load({ flags }).settings;

  it('tells what takes effect now and what needs a restart, for the program that reads it', () => {
    const after = settingsOf({
      'server.port': 1,
      'auth.api_key': 'a',
      'auth.worker_signing_key': 'b',
      'worker.id': 'w',
      'logging.level': 'warn',
    });
    expect(changedSettings(settingsOf(), after, 'control-plane')).to.deep.equal({
      live: ['auth.api_key', 'auth.worker_signing_key'],
      restart: ['auth.enabled', 'logging.level', 'server.port'],
    });
    expect(changedSettings(settingsOf(), after, 'worker')).to.deep.equal({
      live: ['auth.worker_signing_key'],
      restart: ['logging.level', 'worker.id'],
    });
  });

  it('compares secrets by what they hold', () => {
    const before = settingsOf({ 'auth.api_key': 'a', 'auth.worker_signing_keys': ['a', 'b'] });
    expect(
      changedSettings(
        before,
        settingsOf({ 'auth.api_key': 'a', 'auth.worker_signing_keys': ['a', 'b'] }),
        'control-plane',
      ),
    ).to.deep.equal({ live: [], restart: [] });
    expect(
      changedSettings(
        before,
        settingsOf({ 'auth.api_key': 'A', 'auth.worker_signing_keys': ['b', 'a'] }),
        'control-plane',
      ).live,
    ).to.deep.equal(['auth.api_key', 'auth.worker_signing_keys']);
  });

  it('compares maps whatever the order of their names', () => {
    const tokens = (...names: readonly string[]) =>
      settingsOf({
        'auth.worker_tokens': Object.fromEntries(names.map((name) => [name, `token of ${name}`])),
      });
    expect(changedSettings(tokens('a', 'b'), tokens('b', 'a'), 'control-plane').live).to.deep.equal([]);
    expect(changedSettings(tokens('a'), tokens('a', 'b'), 'control-plane').live).to.deep.equal([
      'auth.worker_tokens',
    ]);
  });
});
