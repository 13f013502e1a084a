import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { controlPlaneHolder, workerHolder } from '../../src/tls/holders.js';
import { initDirectory } from '../../src/tls/init-directory.js';
import { type CommandResult, runCommand } from '../command.js';
import { freePort } from '../system.js';
import { type SecureServer, serveSecurely } from './secure-server.js';

describe('the trust of commands in a control plane', function () {
  this.timeout(20_000);
  let directory: string;
  let server: SecureServer;
  const at = (name: string): string => join(directory, name);

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ca-file-'));
    const holders = [controlPlaneHolder([]), workerHolder('a', controlPlaneHolder([]))];
    const make = (name: string, now: Date, days: number) =>
      initDirectory({ directory: at(name), holders, days, replace: false, now });
    await make('tls', new Date(), 30);
    await make('other', new Date(), 30);
    await make('early', new Date(Date.now() + 86_400_000), 30);
    await make('late', new Date(Date.now() - 10 * 86_400_000), 1);
    server = await serveSecurely(at('tls/control-plane'), (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('[]');
    });
  });

  after(async () => {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const list = (url: string, caFile?: string, env: NodeJS.ProcessEnv = {}): Promise<CommandResult> =>
    runCommand(['list', '--server', url, ...(caFile === undefined ? [] : ['--ca-file', at(caFile)])], {
      cwd: directory,
      env,
    });
  const refused = async (result: Promise<CommandResult>, message: RegExp, expected = 1): Promise<void> => {
    const { code, stdout, stderr } = await result;
    expect(stderr).to.match(message);
    expect({ code, stdout }).to.deep.equal({ code: expected, stdout: '' });
  };

  it('is given to the authorities of --ca-file', async () => {
    expect(await list(`https://localhost:${server.port}`, 'tls/ca.crt')).to.deep.equal({
      code: 0,
      stdout: 'no sandboxes\n',
      stderr: '',
    });
  });

  it('is given to those of STACYVM_CA_FILE, which other schemes have no use for', async () => {
    const env = { STACYVM_CA_FILE: at('tls/ca.crt') };
    expect((await list(`https://127.0.0.1:${server.port}`, undefined, env)).code).to.equal(0);
    await refused(
      list(`http://127.0.0.1:${await freePort()}`, undefined, env),
      /\(ECONNREFUSED\); is it running\?/,
    );
  });

  it('is given to nobody else: a test CA is named, or the connection refused', () =>
    refused(
      list(`https://localhost:${server.port}`),
      /cannot reach the control plane at https:\/\/localhost:\d+ \(UNABLE_TO_\w+\); its certificate comes from no authority that is trusted here; name the file of its authority with --ca-file or STACYVM_CA_FILE/,
    ));

  it('is not given to another CA of the same name', () =>
    refused(list(`https://localhost:${server.port}`, 'other/ca.crt'), /no authority that is trusted here/));

  it('is not given to a certificate of another host; the message tells which it is for', () =>
    refused(
      list(`https://127.0.0.2:${server.port}`, 'tls/ca.crt'),
      /not for 127\.0\.0\.2 but for DNS:localhost, URI:spiffe:\/\/stacyvm\.test\/control-plane, IP Address:127\.0\.0\.1; call it by a name/,
    ));

  for (const [name, message] of [
    ['late', /\(CERT_HAS_EXPIRED\); its certificate has expired/],
    ['early', /\(CERT_NOT_YET_VALID\); its certificate is not valid yet; compare the clocks/],
  ] as const) {
    it(`is not given to a certificate that is too ${name}`, async () => {
      const outdated = await serveSecurely(at(`${name}/control-plane`), (_, response) => response.end('[]'));
      try {
        await refused(list(`https://localhost:${outdated.port}`, `${name}/ca.crt`), message);
      } finally {
        await outdated.close();
      }
    });
  }

  it('is not given to TLS 1.1', async () => {
    const old = await serveSecurely(at('tls/control-plane'), (_, response) => response.end('[]'), 'TLSv1.1');
    try {
      await refused(
        list(`https://localhost:${old.port}`, 'tls/ca.crt'),
        /does not speak TLS of version 1\.2/,
      );
    } finally {
      await old.close();
    }
  });

  it('tells of https where a port that serves TLS is called without', () =>
    refused(list(`http://127.0.0.1:${server.port}`), /a port that serves TLS needs https:\/\/ in --server/));

  it('refuses a CA file for http, twice, absent, or without a certificate', async () => {
    writeFileSync(at('empty.crt'), 'nothing\n');
    const url = `https://localhost:${server.port}`;
    await refused(list('http://localhost:1', 'tls/ca.crt'), /--ca-file needs a --server with https/, 2);
    await refused(list(url, 'none.crt'), /the CA file \S+none\.crt cannot be read: ENOENT/);
    await refused(list(url, 'empty.crt'), /empty\.crt holds no certificate in PEM/);
    const twice = ['list', '--server', url, '--ca-file', 'a', '--ca-file', 'b'];
    await refused(runCommand(twice, { cwd: directory }), /--ca-file is given more than once/, 2);
  });

  for (const words of [
    ...[['run'], ['spawn'], ['exec'], ['list'], ['logs'], ['kill'], ['support', 'bundle']],
    ...[
      ['worker', 'credentials'],
      ['worker', 'keys'],
      ['worker', 'revocations'],
      ['worker', 'unrevoke'],
    ],
    ...[
      ['worker', 'join-token', 'create'],
      ['worker', 'token', 'revoke'],
    ],
  ]) {
    it(`is an option of a command that calls a control plane: ${words.join(' ')}`, async () => {
      const { stdout } = await runCommand([...words, '--help']);
      expect(stdout).to.include('--ca-file').and.to.include('--server');
    });
  }

  it('reaches the support bundle', async () => {
    const bundle = (name: string, ...args: readonly string[]): Promise<CommandResult> =>
      runCommand(
        [
          'support',
          'bundle',
          name,
          '--server',
          `https://localhost:${server.port}`,
          '--config',
          'x.yaml',
          ...args,
        ],
        { cwd: directory },
      );
    writeFileSync(at('x.yaml'), 'database: { driver: postgres, dsn: "postgres://x@127.0.0.1:1/x" }\n');
    expect((await bundle('with.json', '--ca-file', 'tls/ca.crt')).stdout).not.to.include('server.');
    expect((await bundle('without.json')).stdout).to.match(/server\.health: UNABLE_\w+; its certificate/);
  });
});
