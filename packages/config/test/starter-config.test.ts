import { expect } from 'chai';
import { SETTINGS, starterConfig } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

describe('starterConfig', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  it('loads without a warning, and changes nothing', () => {
    const { settings, warnings, origins } = scratch.loadText(starterConfig());
    expect(warnings).to.deep.equal([]);
    expect(settings).to.deep.equal(scratch.load({ configFile: scratch.write('empty.yaml', '') }).settings);
    expect(origins['server.port'].kind).to.equal('file');
  });

  it('has every setting: without the # all of them load, with their defaults', () => {
    const secretLines = /^ *[a-z_]+_(?:file|dir): \/etc\/stacyvm\/secrets\/.*\n/gm;
    const all = starterConfig().replaceAll(/^( *)#(?=[a-z_0-9]+:)/gm, '$1');
    expect(all.match(secretLines)).to.have.length(9);
    const { origins, settings } = scratch.loadText(all.replaceAll(secretLines, ''));
    const unset = Object.entries(origins).filter(([, { kind }]) => kind === 'default');
    expect(unset.map(([key]) => key)).to.deep.equal(
      Object.entries(SETTINGS).flatMap(([key, { type }]) => (type.startsWith('secret') ? [key] : [])),
    );
    expect(settings['defaults.ttl']).to.equal(1_800_000);
  });

  it('explains every setting', () => {
    const words = starterConfig().replaceAll(/\n *# /g, ' ');
    for (const [key, { doc }] of Object.entries(SETTINGS)) expect(words, key).to.contain(doc);
  });
});
