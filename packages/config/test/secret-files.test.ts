import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { describeProblem } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

describe('secret files', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());
  const apiKeyIn = (content: string | Uint8Array): string | undefined => {
    scratch.write('key', content);
    return scratch.loadText('auth: {api_key_file: key}').settings['auth.api_key']?.reveal();
  };
  const problemsWith = (content: string | Uint8Array): readonly string[] => {
    scratch.write('key', content);
    return scratch.problemsOfText('auth:\n  api_key_file: key\n');
  };

  it('lose one new line at their end, and nothing else', () => {
    expect(apiKeyIn('the key')).to.equal('the key');
    expect(apiKeyIn('the key\n')).to.equal('the key');
    expect(apiKeyIn('the key\r\n')).to.equal('the key');
    expect(apiKeyIn('the key\n\n')).to.equal('the key\n');
    expect(apiKeyIn(' the key ')).to.equal(' the key ');
    expect(apiKeyIn('-----BEGIN-----\nx\n-----END-----\n')).to.equal('-----BEGIN-----\nx\n-----END-----');
  });

  for (const [name, content, problem] of [
    ['empty', '', 'KEY is empty; write the secret into it'],
    ['white space', ' \n\t\n', 'KEY is empty; write the secret into it'],
    ['larger than 1 MiB', 'x'.repeat(1_048_577), 'KEY is larger than 1048576 bytes, which is the limit'],
    ['no UTF-8', Uint8Array.from([0x80, 0x81]), 'KEY is not UTF-8; save it as UTF-8 text'],
    ['binary', 'a\0b', 'KEY has a NUL byte; save it as UTF-8 text'],
  ] as const) {
    it(`are refused when they are ${name}`, () => {
      expect(problemsWith(content)).to.deep.equal([
        `stacyvm.yaml:2:3: auth.api_key_file: ${problem.replace('KEY', 'key')}`,
      ]);
    });
  }

  it('are refused when they are missing, a directory, or not named', () => {
    mkdirSync(scratch.path('directory'));
    expect(
      scratch.problemsOfText(
        'auth:\n  api_key_file: nowhere\n  admin_api_key_file: directory\n  worker_token_file: ""\n  worker_tokens_dir: nowhere\n',
      ),
    ).to.deep.equal([
      'stacyvm.yaml:2:3: auth.api_key_file: nowhere cannot be read: ENOENT',
      'stacyvm.yaml:3:3: auth.admin_api_key_file: directory cannot be read: EISDIR',
      'stacyvm.yaml:4:3: auth.worker_token_file: must be the path of a file; it is empty: leave it out where there is none',
      'stacyvm.yaml:5:3: auth.worker_tokens_dir: nowhere cannot be read: ENOENT',
    ]);
  });

  it('tell their file and who named it', () => {
    const path = scratch.write('keys/api', 'the key');
    const { origins, files, configFile = '' } = scratch.loadText('auth:\n  api_key_file: keys/api\n');
    expect(origins['auth.api_key']).to.deep.equal({
      kind: 'secret_file',
      name: path,
      namedBy: { kind: 'file', name: configFile, line: 2, column: 3 },
    });
    expect(origins['auth.enabled']).to.deep.equal({ kind: 'derived', name: 'auth.api_key' });
    expect(files).to.have.members([configFile, path]);
  });

  it('are relative to the file that names them, else to the working directory', () => {
    scratch.write('etc/key', 'beside the file');
    scratch.write('key', 'in the working directory');
    const configFile = scratch.write('etc/stacyvm.yaml', 'auth: {api_key_file: key}');
    expect(scratch.load({ configFile }).settings['auth.api_key']?.reveal()).to.equal('beside the file');
    const env = { STACYVM_AUTH_API_KEY_FILE: 'key' };
    expect(scratch.load({ configFile, env }).settings['auth.api_key']?.reveal()).to.equal(
      'in the working directory',
    );
    const flags = { 'auth.api_key_file': 'key' } as const;
    expect(scratch.load({ flags }).settings['auth.api_key']?.reveal()).to.equal('in the working directory');
  });

  it('hold one secret a line for a list, and one a file for a map', () => {
    scratch.write('keys', 'first\n\n  \nsecond\r\nthird');
    scratch.write('tokens/Worker.A', 'one\n');
    scratch.write('tokens/worker-b', 'two');
    scratch.write('tokens/.hidden', '');
    const { settings } = scratch.loadText(
      'auth: {worker_signing_keys_file: keys, worker_tokens_dir: tokens}',
    );
    expect(settings['auth.worker_signing_keys'].map((key) => key.reveal())).to.deep.equal([
      'first',
      'second',
      'third',
    ]);
    expect([...settings['auth.worker_tokens']].map(([id, token]) => [id, token.reveal()])).to.deep.equal([
      ['Worker.A', 'one'],
      ['worker-b', 'two'],
    ]);
  });

  it('name every bad file of a directory', () => {
    scratch.write('tokens/a', '');
    scratch.write('tokens/b', 'fine');
    scratch.write('tokens/c/d', 'too deep');
    expect(scratch.problemsOfText('auth:\n  worker_tokens_dir: tokens\n')).to.deep.equal([
      'stacyvm.yaml:2:3: auth.worker_tokens_dir: tokens/a is empty; write the secret into it',
      'stacyvm.yaml:2:3: auth.worker_tokens_dir: tokens/c cannot be read: EISDIR',
    ]);
  });

  it('may be pipes', async () => {
    const pipe = scratch.path('pipe');
    const script = `import { loadSettings } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
      const { settings, warnings } = loadSettings({ env: {}, flags: { 'auth.api_key_file': ${JSON.stringify(pipe)} } });
      process.stdout.write(settings['auth.api_key'].reveal() + warnings.length);`;
    const shell = `mkfifo -m 644 ${pipe}; (echo through a pipe > ${pipe}) & exec "$0" --input-type=module -e "$1"`;
    const stdout = execFileSync('sh', ['-c', shell, process.execPath, script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(stdout).to.equal('through a pipe0');
  });

  describe('beside the secret itself', () => {
    const MARKER = 'MARKER-not-to-be-seen';
    const conflict = (text: string, options = {}) => {
      scratch.write('key', MARKER);
      const configFile = scratch.write('stacyvm.yaml', text);
      const error = scratch.errorOf({ configFile, ...options });
      expect(inspect(error, { depth: 9 })).not.to.contain(MARKER);
      return error.problems.map(describeProblem).map((line) => scratch.plain(line));
    };

    it('are a conflict in one file', () => {
      expect(conflict(`auth:\n  api_key: ${MARKER}\n  api_key_file: key\n`)).to.deep.equal([
        'stacyvm.yaml:2:3: auth.api_key: is set here, and auth.api_key_file is set by stacyvm.yaml:3:3; remove one of them',
      ]);
    });

    it('are a conflict between the file and the environment', () => {
      expect(
        conflict('auth:\n  api_key_file: key\n', { env: { STACYVM_AUTH_API_KEY: MARKER } }),
      ).to.deep.equal([
        'STACYVM_AUTH_API_KEY: auth.api_key: is set here, and auth.api_key_file is set by stacyvm.yaml:2:3; remove one of them',
      ]);
    });

    it('are a conflict between the file and a flag', () => {
      const options = {
        flags: { 'auth.api_key_file': 'key' },
        flagNames: { 'auth.api_key_file': '--api-key-file' },
      };
      expect(conflict(`auth:\n  api_key: ${MARKER}\n`, options)).to.deep.equal([
        'stacyvm.yaml:2:3: auth.api_key: is set here, and auth.api_key_file is set by --api-key-file; remove one of them',
      ]);
    });

    it('are a conflict for lists and maps, too', () => {
      expect(
        conflict(
          `auth:\n  worker_tokens: {a: ${MARKER}}\n  worker_tokens_dir: .\n  worker_signing_keys: [${MARKER}]\n  worker_signing_keys_file: key\n`,
        ),
      ).to.have.length(2);
    });
  });

  describe('that others may read or change', () => {
    const modeOfKey = (mode: number): readonly string[] => {
      scratch.write('key', 'the key', mode);
      return scratch.warningsOfText('auth:\n  api_key_file: key\n');
    };
    for (const mode of [0o600, 0o400, 0o700, 0o611]) {
      it(`are fine with mode ${mode.toString(8)}`, () => {
        expect(modeOfKey(mode)).to.deep.equal([]);
      });
    }
    for (const [mode, rights] of [
      [0o640, 'read'],
      [0o604, 'read'],
      [0o444, 'read'],
      [0o620, 'change'],
      [0o602, 'change'],
      [0o666, 'read or change'],
    ] as const) {
      it(`are a warning with mode ${mode.toString(8)}`, () => {
        expect(modeOfKey(mode)).to.deep.equal([
          `stacyvm.yaml:2:3: auth.api_key_file: key holds a secret and has mode 0${mode.toString(8)}, so that others can ${rights} it; chmod 600 it`,
        ]);
      });
    }

    it('are a warning for what a link leads to', () => {
      scratch.write('mounted/data', 'the key', 0o644);
      symlinkSync('mounted/data', scratch.path('key'));
      expect(scratch.warningsOfText('auth:\n  api_key_file: key\n')).to.have.length(1);
    });

    it('are a warning for each file of a directory, for private keys and for tokens', () => {
      scratch.write('tokens/a', 'x', 0o640);
      scratch.write('tokens/b', 'x', 0o600);
      scratch.write('tls.key', 'x', 0o644);
      scratch.write('tls.crt', 'x', 0o644);
      scratch.write('token', 'x', 0o644);
      expect(
        scratch
          .warningsOfText(
            'auth:\n  worker_tokens_dir: tokens\nserver:\n  tls: {cert_file: tls.crt, key_file: tls.key}\nworker:\n  token_file: token\n',
          )
          .map((line) => line.replace(/, so that.*/, '')),
      ).to.deep.equal([
        'stacyvm.yaml:2:3: auth.worker_tokens_dir: tokens/a holds a secret and has mode 0640',
        'stacyvm.yaml:4:29: server.tls.key_file: tls.key holds a secret and has mode 0644',
        'stacyvm.yaml:6:3: worker.token_file: token holds a secret and has mode 0644',
      ]);
    });

    it('are no warning for the public key of an issuer', () => {
      scratch.write('public.pem', 'x', 0o644);
      expect(scratch.warningsOfText('auth: {oidc_public_key_file: public.pem}')).to.deep.equal([]);
    });

    it('may be the configuration file itself', () => {
      const configFile = scratch.write(
        'other.yaml',
        'auth:\n  api_key: the key\n  oidc_public_key: x\n',
        0o644,
      );
      const warnings = () => scratch.load({ configFile }).warnings.map(({ code, key }) => `${code} ${key}`);
      expect(warnings()).to.deep.equal(['secret_readable_by_others auth.api_key']);
      chmodSync(configFile, 0o600);
      expect(warnings()).to.deep.equal([]);
    });
  });
});
