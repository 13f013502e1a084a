import { expect } from 'chai';
import { ConfigError, describeFlags, type ProgramFlags, readCommandLine } from '../src/index.js';

const FLAGS: ProgramFlags = { port: 'server.port', 'api-key-file': 'auth.api_key_file' };

describe('readCommandLine', () => {
  it('turns flags into settings', () => {
    expect(readCommandLine(['--config', 'a.yaml', '--port=80', '--api-key-file', 'k'], FLAGS)).to.deep.equal({
      configFile: 'a.yaml',
      flags: { 'server.port': 80, 'auth.api_key_file': 'k' },
      flagNames: { 'server.port': '--port', 'auth.api_key_file': '--api-key-file' },
      print: undefined,
    });
  });

  it('leaves what is not a number to the schema', () => {
    expect(readCommandLine(['--port', 'x'], FLAGS).flags).to.deep.equal({ 'server.port': 'x' });
  });

  for (const argv of [['--prot', '1'], ['--port'], ['stray'], ['--help=yes']]) {
    it(`refuses ${argv.join(' ')}`, () => {
      expect(() => readCommandLine(argv, FLAGS))
        .to.throw(ConfigError)
        .with.nested.property('problems[0].key', 'arguments');
    });
  }

  it('knows help and version', () => {
    expect(readCommandLine(['--help'], FLAGS).print).to.equal('help');
    expect(readCommandLine(['--version'], FLAGS).print).to.equal('version');
  });
});

describe('describeFlags', () => {
  it('lists every flag with the setting that it sets', () => {
    const text = describeFlags('stacyvm-x', 'Does x.', FLAGS);
    expect(text)
      .to.contain('Usage: stacyvm-x')
      .and.contain('--port VALUE')
      .and.contain('Sets auth.api_key_file.');
  });
});
