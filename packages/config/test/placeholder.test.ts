import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { isPlaceholder } from '../src/index.js';

const PLACEHOLDERS = [
  'change-me',
  'CHANGEME',
  'Change_Me',
  'change me',
  'please-change-me-now',
  'replace-me',
  'replace_with_a_real_key',
  'your-api-key',
  'YOUR_SECRET_KEY_HERE',
  'your-worker-signing-key',
  'example-key',
  'example-api-key',
  '<your key>',
  'my-old-and-new-token',
  'x-your-your-key-9',
  '<generate with openssl>',
  `\${API_KEY}`,
  '{{ api_key }}',
  'xxxxxxxx',
  'placeholder',
  ' change-me\n',
];

const REAL = [
  '',
  'correct horse battery staple',
  'a-key-of-this-test',
  'monkey',
  'turnkey',
  'my-',

  'my-ü-key',
  'key-my',
];

describe('isPlaceholder', () => {
  for (const text of PLACEHOLDERS) {
    it(`knows ${JSON.stringify(text)}`, () => {
      expect(isPlaceholder(text)).to.equal(true);
    });
  }

  for (const text of REAL) {
    it(`leaves ${JSON.stringify(text)}`, () => {
      expect(isPlaceholder(text)).to.equal(false);
    });
  }

  it('costs time that grows with the length, as a secret of 1 MiB may have it', () => {
    const start = process.cpuUsage();
    expect(isPlaceholder('my-'.repeat(350_000))).to.equal(false);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1_000).to.be.below(1_000);
  });

  it('leaves generated keys', () => {
    for (let count = 0; count < 500; count += 1) {
      expect(isPlaceholder(randomBytes(32).toString('base64url'))).to.equal(false);
      expect(isPlaceholder(randomBytes(32).toString('hex'))).to.equal(false);
    }
  });
});
