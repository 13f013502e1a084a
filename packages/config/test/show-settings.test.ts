import { expect } from 'chai';
import { SETTINGS, showSettings, withoutPassword } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

const MARKER = 'MARKER-not-to-be-seen';

describe('showSettings', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  it('has every setting, its value as a file would have it, and its origin', () => {
    const rows = showSettings(scratch.loadText('server:\n  port: 80\ndefaults: {ttl: 90m}\n'));
    expect(rows.map(({ key }) => key)).to.deep.equal(Object.keys(SETTINGS));
    const row = (wanted: string) => rows.find(({ key }) => key === wanted);
    expect(row('server.port')).to.deep.equal({
      key: 'server.port',
      value: 80,
      origin: { kind: 'file', name: scratch.path('stacyvm.yaml'), line: 2, column: 3 },
    });
    expect(row('defaults.ttl')?.value).to.equal('1h30m0s');
    expect(row('auth.api_key')).to.deep.equal({
      key: 'auth.api_key',
      value: null,
      origin: { kind: 'default', name: '' },
    });
  });

  it('shows of secrets that they are there', () => {
    const secrets = Object.entries(SETTINGS).filter(([, { type }]) => type.startsWith('secret'));
    expect(secrets).to.have.length(9);
    const flags = Object.fromEntries(
      secrets.map(([key, { type }]) => [
        key,
        type === 'secret' ? MARKER : type === 'secrets' ? [MARKER, MARKER] : { 'worker-1': MARKER },
      ]),
    );
    const rows = showSettings(scratch.load({ flags }));
    expect(JSON.stringify(rows)).not.to.contain(MARKER);
    expect(Object.fromEntries(rows.map(({ key, value }) => [key, value]))).to.deep.include({
      'auth.api_key': '[secret]',
      'auth.worker_signing_keys': ['[secret]', '[secret]'],
      'auth.worker_tokens': { 'worker-1': '[secret]' },
      'database.dsn': '[secret]',
    });
  });

  it('masks passwords in texts that are no secrets', () => {
    const flags = {
      'providers.docker.default_image': `https://user:${MARKER}@registry.example/image`,
      'providers.docker.tmpfs': { '/run': `x=ftp://${MARKER}@host/` },
    };
    const shown = JSON.stringify(showSettings(scratch.load({ flags })));
    expect(shown).not.to.contain(MARKER);
    expect(shown).to.contain('https://[secret]@registry.example/image');
  });
});

describe('withoutPassword', () => {
  for (const [text, masked] of [
    ['postgres://user:pass@db/x', 'postgres://[secret]@db/x'],
    ['see http://a@b and https://c:d@e@f/g', 'see http://[secret]@b and https://[secret]@f/g'],
    ['https://a.example/@b', 'https://a.example/@b'],
    ['mail@example.com', 'mail@example.com'],
  ] as const) {
    it(`makes ${masked} of ${text}`, () => {
      expect(withoutPassword(text)).to.equal(masked);
    });
  }
});
