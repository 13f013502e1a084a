import { expect } from 'chai';
import { isPlaceholderKey } from '../src/placeholder-key.js';

describe('isPlaceholderKey', () => {
  const anywhere = [
    'change-me',
    'changeme',
    'change_this',
    'replace-me',
    'replaceme',
    'replace.with',
    'your-api-key',
    'my very secret',
    'enter-token',
    'example-key',
    'example-api-key',
    'example_password',
  ];
  for (const text of anywhere) {
    it(`knows ${text}, in any case and inside another text`, () => {
      expect(isPlaceholderKey(text)).to.equal(true);
      expect(isPlaceholderKey(`prod-${text.toUpperCase()}-32-bytes-0123456789`)).to.equal(true);
    });
  }

  const whole = [
    'placeholder',
    'TODO',
    'fixme-later',
    'example',
    '<your key>',
    '\u0024{API_KEY}',
    '{{ key }}',
    'xxxxxxxx',
    '****',
  ];
  for (const text of whole) {
    it(`knows ${text} as a whole`, () => {
      expect(isPlaceholderKey(text)).to.equal(true);
      expect(isPlaceholderKey(` ${text}\n`)).to.equal(true);
    });
  }

  it('lets a made key pass', () => {
    expect(isPlaceholderKey('5f0c9a4be17d4c2f8a365f0c9a4be17d')).to.equal(false);
    expect(isPlaceholderKey('MYkeyAndMore9x3Qf_7aZ')).to.equal(false);
  });

  it('is quick with a long text', () => {
    const started = performance.now();
    expect(isPlaceholderKey('your-a'.repeat(50_000))).to.equal(false);
    expect(performance.now() - started).to.be.lessThan(1_000);
  });
});
