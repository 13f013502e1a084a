import { expect } from 'chai';
import { SettingsScratch } from './settings-scratch.js';

describe('secrets with white space', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  const warningsWith = (content: string): readonly string[] => {
    scratch.write('key', content);
    return scratch.warningsOfText('auth:\n  api_key_file: key\n');
  };

  for (const [name, content, fault] of [
    ['a second line break at the end', 'the-key\n\n', 'has a line break in it'],
    ['a break within', 'the\nkey\n', 'has a line break in it'],
    ['a space before', ' the-key\n', 'has white space around it'],
    ['a tab behind', 'the-key\t\n', 'has white space around it'],
  ] as const) {
    it(`are told for ${name}, and taken as they are`, () => {
      expect(warningsWith(content)).to.deep.equal([
        `key (named by stacyvm.yaml:2): auth.api_key: ${fault}, which counts as part of the secret; remove it`,
      ]);
    });
  }

  it('are told where they stand in the file itself, by item and by name', () => {
    expect(
      scratch.warningsOfText(
        'auth:\n  api_key: |\n    the-key\n  worker_signing_keys: [one, "two "]\n  worker_tokens: {w: " x"}\n',
        { env: {} },
      ),
    ).to.deep.equal([
      'stacyvm.yaml:2:3: auth.api_key: has a line break in it, which counts as part of the secret; remove it',
      'stacyvm.yaml:4:3: auth.worker_signing_keys: item 2 has white space around it, which counts as part of the secret; remove it',
      'stacyvm.yaml:5:3: auth.worker_tokens: "w" has white space around it, which counts as part of the secret; remove it',
    ]);
  });

  it('are not told where nothing is wrong, and not for a public key', () => {
    expect(warningsWith('the key\n')).to.deep.equal([]);
    scratch.write('public', '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n');
    expect(scratch.warningsOfText('auth: {oidc_public_key_file: public}')).to.deep.equal([]);
  });
});
