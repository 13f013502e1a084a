import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { contentAt } from '../src/file-contents.js';
import { SettingsScratch } from './settings-scratch.js';

/** Files that make a load fail, by what is wrong with them. */
const BAD: Readonly<Record<string, (scratch: SettingsScratch) => void>> = {
  'a secret that is missing': () => undefined,
  'a secret that is empty': (scratch) => void scratch.write('secret', ''),
  'a secret that is a directory': (scratch) => mkdirSync(scratch.path('secret')),
  'a secret that is too large': (scratch) => void scratch.write('secret', 'x'.repeat(1_048_577)),
  'a secret that is no text': (scratch) => void scratch.write('secret', Uint8Array.from([0xff])),
};

describe('the contents of files', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  // A difference would have a watch report the same problem at each look.
  for (const [name, make] of Object.entries(BAD)) {
    it(`are after a refusal what a look finds, with ${name}`, () => {
      make(scratch);
      const configFile = scratch.write('stacyvm.yaml', 'auth: {api_key_file: secret}');
      const { contents } = scratch.errorOf({ configFile });
      expect([...contents.keys()]).to.have.members([configFile, scratch.path('secret')]);
      for (const [path, content] of contents) expect(contentAt(path), path).to.equal(content);
    });
  }

  it('are after a refusal what a look finds, with a directory of good and bad secrets', () => {
    scratch.write('tokens/a', 'fine');
    scratch.write('tokens/b', '');
    scratch.write('tokens/c/d', 'too deep');
    const configFile = scratch.write('stacyvm.yaml', 'auth: {worker_tokens_dir: tokens}');
    const { contents } = scratch.errorOf({ configFile });
    expect(contents.get(scratch.path('tokens'))).to.equal(contentAt(scratch.path('tokens')));
  });

  for (const [name, content] of [
    ['no YAML', '['],
    ['no text', Uint8Array.from([0xff])],
    ['too large', 'x'.repeat(1_048_577)],
  ] as const) {
    it(`are after a refusal what a look finds, with a configuration file that is ${name}`, () => {
      const configFile = scratch.write('stacyvm.yaml', content);
      expect([...scratch.errorOf({ configFile }).contents]).to.deep.equal([
        [configFile, contentAt(configFile)],
      ]);
    });
  }

  it('are after a load what a look finds', () => {
    scratch.write('tokens/a', 'fine');
    scratch.write('server.crt', 'x');
    const { contents } = scratch.loadText(
      'auth: {worker_tokens_dir: tokens}\nserver: {tls: {cert_file: server.crt, key_file: missing.key}}\n',
    );
    expect(contents.size).to.equal(4);
    for (const [path, content] of contents) expect(contentAt(path), path).to.equal(content);
  });

  it('differ when a file of a directory does', () => {
    scratch.write('tokens/a', 'one');
    const before = contentAt(scratch.path('tokens'));
    scratch.write('tokens/a', 'two');
    const after = contentAt(scratch.path('tokens'));
    scratch.write('tokens/b', '');
    expect(new Set([before, after, contentAt(scratch.path('tokens'))]).size).to.equal(3);
  });
});
