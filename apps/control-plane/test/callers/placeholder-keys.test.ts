import { AuthError, createApiKeyAuthenticator, isPlaceholderKey } from '@stacyvm/auth';
import { isPlaceholder } from '@stacyvm/config';
import { expect } from 'chai';
import fc from 'fast-check';

/** Pieces of which placeholders are made, and of which texts are made that only look like one. */
const PIECES = [
  ...['change', 'me', 'this', 'replace', 'with', 'example', 'api', 'key', 'secret', 'token', 'password'],
  ...[
    'placeholder',
    'todo',
    'fixme',
    'your',
    'my',
    'insert',
    'enter',
    'xxx',
    '***',
    '<',
    '>',
    '${',
    '}',
    '{{',
    '}}',
  ],
  ...['-', '_', '.', ' ', '--', '\n', '\t', 'K', 'ſ', '4f1c', 'Q', 'é', ''],
];

const texts = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 })
      .map((pieces) => pieces.join('-').toUpperCase()),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
);

describe('placeholders in the place of API keys', () => {
  it('are the same texts for the configuration and for the credentials', () => {
    let refused = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const isRefused = isPlaceholder(text);
        if (isRefused) refused += 1;
        expect(isPlaceholderKey(text), JSON.stringify(text)).to.equal(isRefused);
      }),
      { numRuns: 5_000 },
    );
    // The property says nothing unless both answers come.
    expect(refused).to.be.within(250, 4_750);
  });

  const keys = [
    'change-me-0123456789abcdef0123456789',
    'REPLACE_WITH_32_RANDOM_BYTES_0123456789',
    'insert-your-own-api-key-0123456789',
    'example.password.0123456789abcdef',
    '<output of openssl rand -hex 32>',
    '\u0024{STACYVM_ADMIN_API_KEY_FROM_VAULT}',
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  ];
  for (const key of keys) {
    it(`${key} is refused by both`, () => {
      expect(isPlaceholder(key)).to.equal(true);
      for (const options of [{ apiKey: key }, { adminApiKey: key }]) {
        expect(() => createApiKeyAuthenticator(options))
          .to.throw(AuthError)
          .with.property('code', 'placeholder_api_key');
      }
    });
  }
});
