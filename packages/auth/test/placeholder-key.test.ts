import { expect } from 'chai';
import { isPlaceholderKey } from '../src/placeholder-key.js';

describe('isPlaceholderKey', () => {
  const placeholders = ['change-me', 'changeme', 'replace-me', 'replaceme', 'your-api-key', 'example-key'];
  for (const text of placeholders) {
    it(`knows ${text}, in any case and inside another text`, () => {
      expect(isPlaceholderKey(text)).to.equal(true);
      expect(isPlaceholderKey(`prod-${text.toUpperCase()}-32-bytes-0123456789`)).to.equal(true);
    });
  }

  it('lets a made key pass', () => {
    expect(isPlaceholderKey('5f0c9a4be17d4c2f8a365f0c9a4be17d')).to.equal(false);
  });
});
