import { writeFileSync } from 'node:fs';
import { deriveWorkerKey, inspectWorkerToken, keyFingerprint, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import type { CommandResult } from './command.js';
import { CERTIFICATE, CERTIFICATE_DER, THUMBPRINT } from './worker-token-certificate.js';
import { createKeyDirectory, type KeyDirectory, runAhead } from './worker-token-keys.js';

describe('stacyvm worker token issue', function () {
  this.timeout(30_000);
  let keys: KeyDirectory;

  beforeEach(() => {
    keys = createKeyDirectory();
  });
  afterEach(() => keys.remove());

  const issued = async (...args: readonly string[]) => {
    const result = await keys.token([
      'issue',
      'worker-a',
      '--signing-key-file',
      'key',
      '--format',
      'json',
      ...args,
    ]);
    expect(result).to.include({ code: 0, stderr: '' });
    return JSON.parse(result.stdout);
  };

  it('prints the token and a line feed, nothing else, in its long and its short form', async () => {
    const options = ['--signing-key-file', 'key', '--token-id', 'fixed'];
    for (const words of [['issue', 'worker-a'], ['worker-a']]) {
      for (const format of [[], ['--format', 'token']]) {
        const { code, stdout, stderr } = await keys.token([...words, ...options, ...format]);
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        expect(stdout).to.match(/^stacyvm-worker-v1\.[\w-]+\.[\w-]{43}\n$/);
        expect(inspectWorkerToken(stdout)).to.include({ workerId: 'worker-a', tokenId: 'fixed' });
      }
    }
  });

  it('signs exactly what it is told to', async () => {
    const document = await issued(
      ...['--token-id', 'fixed', '--audience', 'worker:rpc', '--ttl', '2m30s', '--not-before', '20s'],
      ...['--scope', 'worker:exec', '--scope', 'worker:files'],
    );
    expect(Object.keys(document)).to.deep.equal([
      'token',
      'token_id',
      'worker_id',
      'audience',
      'scopes',
      'issued_at',
      'not_before',
      'expires_at',
      'key_fingerprint',
    ]);
    const issuedAt = new Date(document.issued_at);
    expect(document.issued_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(new Date(document.not_before).getTime() - issuedAt.getTime()).to.equal(20_000);
    expect(new Date(document.expires_at).getTime() - issuedAt.getTime()).to.equal(150_000);
    expect(document.key_fingerprint).to.equal(keyFingerprint(keys.key));
    const expected = mintWorkerToken({
      key: keys.key,
      workerId: 'worker-a',
      tokenId: 'fixed',
      audience: 'worker:rpc',
      ttlSeconds: 150,
      scopes: ['worker:exec', 'worker:files'],
      now: issuedAt,
      notBefore: new Date(document.not_before),
    });
    expect(document.token).to.equal(expected.token);
  });

  it('leaves out what is not asked for, and makes an id of its own', async () => {
    const [first, second] = [await issued(), await issued()];
    expect(first).not.to.have.any.keys('scopes', 'not_before', 'signing_key_fingerprint');
    expect(first.token_id)
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.equal(second.token_id);
    expect(first).to.include({ audience: 'worker:control-plane' });
    expect(new Date(first.expires_at).getTime() - new Date(first.issued_at).getTime()).to.equal(300_000);
  });

  it('signs with the key of the worker when it is given the master key and told so', async () => {
    const document = await issued('--derived', '--token-id', 'fixed');
    const workerKey = deriveWorkerKey(keys.key, 'worker-a');
    expect(document).to.include({
      key_fingerprint: keyFingerprint(keys.key),
      signing_key_fingerprint: keyFingerprint(workerKey),
    });
    const now = new Date(document.issued_at);
    const { token } = mintWorkerToken({
      ...{ key: workerKey, workerId: 'worker-a', audience: 'worker:control-plane' as const, ttlSeconds: 300 },
      ...{ tokenId: 'fixed', now },
    });
    expect(document.token).to.equal(token);
  });

  it('binds the token to the first certificate of a file, in PEM or DER', async () => {
    writeFileSync(keys.file('chain.pem'), CERTIFICATE + CERTIFICATE);
    writeFileSync(keys.file('client.der'), CERTIFICATE_DER);
    for (const file of ['chain.pem', 'client.der']) {
      const document = await issued('--bind-certificate', file);
      expect(document.certificate_thumbprint).to.equal(THUMBPRINT);
      expect(inspectWorkerToken(document.token).certificateThumbprint).to.equal(THUMBPRINT);
    }
  });

  it('binds it to nothing when the file has no certificate', async () => {
    for (const [file, message] of [
      ['key', /--bind-certificate: key holds no certificate/],
      ['nowhere', /--bind-certificate: nowhere cannot be read \(ENOENT\)/],
    ] as const) {
      const result = await keys.token(['worker-a', '--signing-key-file', 'key', '--bind-certificate', file]);
      expect(result).to.include({ code: 1, stdout: '' });
      expect(result.stderr).to.match(message).and.not.contain(keys.key);
    }
  });

  for (const name of ['inspect', 'rotation-plan', '007']) {
    it(`serves a worker that is called ${name}`, async () => {
      const { code, stdout } = await keys.token(['issue', name, '--signing-key-file', 'key']);
      expect(code).to.equal(0);
      expect(inspectWorkerToken(stdout).workerId).to.equal(name);
    });
  }

  describe('refuses', () => {
    const withKey = ['--signing-key-file', 'key'];
    const refused: ReadonlyArray<readonly [string, readonly string[], 1 | 2, RegExp]> = [
      ['no worker id', withKey, 2, /Not enough/],
      ['a worker id outside the grammar', ['issue', 'worker/a', ...withKey], 2, /a worker id is a letter/],
      ['a second worker id', ['issue', 'worker-a', 'worker-b', ...withKey], 2, /worker-b/],
      ['no key', ['worker-a'], 1, /there is no signing key: give --signing-key-file/],
      [
        'a key file that is missing',
        ['worker-a', '--signing-key-file', 'nowhere'],
        1,
        /nowhere cannot be read: ENOENT/,
      ],
      [
        'a key file that is a directory',
        ['worker-a', '--signing-key-file', '.'],
        1,
        /cannot be read: EISDIR/,
      ],
      [
        'a key file that is empty',
        ['worker-a', '--signing-key-file', 'empty'],
        1,
        /the key file empty is empty/,
      ],
      ['no key on standard input', ['worker-a', '--signing-key-file', '-'], 1, /is empty/],
      ['a key file that is not text', ['worker-a', '--signing-key-file', 'binary'], 1, /is not UTF-8 text/],
      ['a key that is too short', ['worker-a', '--signing-key-file', 'weak'], 1, /fewer than 32 bytes/],
      ['both forms of a key', ['worker-a', '--signing-key', 'k'.repeat(40), ...withKey], 2, /not both/],
      ['an empty key on the command line', ['worker-a', '--signing-key='], 2, /signing-key/],
      ['a configuration that is missing', ['worker-a', '--config', 'nowhere.yaml'], 1, /nowhere\.yaml/],
      ['an unknown audience', ['worker-a', '--audience', 'worker:any', ...withKey], 2, /worker:any/],
      [
        'a ttl that is no duration',
        ['worker-a', '--ttl', '5 minutes', ...withKey],
        2,
        /--ttl must be a duration/,
      ],
      ['a ttl without a unit', ['worker-a', '--ttl', '300', ...withKey], 2, /--ttl must be a duration/],
      ['a ttl of nothing', ['worker-a', '--ttl', '0s', ...withKey], 2, /--ttl must be positive/],
      ['a negative ttl', ['worker-a', '--ttl=-5m', ...withKey], 2, /--ttl/],
      ['a ttl that is too long', ['worker-a', '--ttl', '15m1s', ...withKey], 2, /at most 15m0s/],
      ['a ttl of a fraction', ['worker-a', '--ttl', '1500ms', ...withKey], 2, /--ttl must be whole seconds/],
      [
        'two ttls',
        ['worker-a', '--ttl', '1m', '--ttl', '2m', ...withKey],
        2,
        /--ttl is given more than once/,
      ],
      [
        'a not-before that the ttl does not reach',
        ['worker-a', '--ttl', '20s', '--not-before', '20s', ...withKey],
        2,
        /shorter than --ttl/,
      ],
      [
        'a not-before that is no duration',
        ['worker-a', '--not-before', 'soon', ...withKey],
        2,
        /--not-before must be a duration/,
      ],
      [
        'a token id outside the grammar',
        ['worker-a', '--token-id', 'a b', ...withKey],
        2,
        /--token-id must be/,
      ],
      [
        'an unknown scope',
        ['worker-a', '--scope', 'worker:exec,worker:logs', ...withKey],
        2,
        /--scope must be one of worker:heartbeat/,
      ],
      [
        'a scope twice',
        ['worker-a', '--scope', 'worker:exec', '--scope', 'worker:exec', ...withKey],
        2,
        /worker:exec is given twice/,
      ],
      ['an unknown format', ['worker-a', '--format', 'xml', ...withKey], 2, /xml/],
      ['an unknown option', ['worker-a', '--tll', '5m', ...withKey], 2, /unknown option or argument: tll/],
    ];
    let directory: KeyDirectory;
    let resultOf: (testCase: (typeof refused)[number]) => Promise<CommandResult>;

    before(() => {
      directory = createKeyDirectory();
      writeFileSync(directory.file('binary'), Buffer.alloc(40, 0xff));
      resultOf = runAhead(refused, ([, args]) => directory.token(args));
    });
    after(() => directory.remove());

    for (const testCase of refused) {
      const [name, , code, message] = testCase;
      it(name, async () => {
        const result = await resultOf(testCase);
        expect(result.code, result.stderr).to.equal(code);
        expect(result.stdout).to.equal('');
        expect(result.stderr)
          .to.match(message)
          .and.not.match(/\n\s+at /);
      });
    }
  });
});
