import { randomBytes } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import { type CommandResult, runCommand } from './command.js';
import { type ServedProgram, serveProgram } from './served-program.js';
import { entryOf, eventually, freePort } from './system.js';

describe('a system by TLS alone', function () {
  this.timeout(60_000);
  let directory: string;
  let database: TestDatabase;
  let url: string;
  const programs: ServedProgram[] = [];
  const at = (name: string): string => join(directory, name);
  const write = (name: string, text: string): void => writeFileSync(at(name), text, { mode: 0o600 });
  const stacyvm = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(args, { cwd: directory, env: { STACYVM_API_KEY_FILE: 'api-key' } });
  const init = (...more: readonly string[]): Promise<CommandResult> =>
    stacyvm('tls', 'init', '--dir', 'tls', '--worker', 'worker-1', ...more);

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tls-system-'));
    database = await createTestDatabase();
    const port = await freePort();
    url = `https://localhost:${port}`;
    const masterKey = randomBytes(32).toString('base64url');
    write('stacyvm.yaml', (await init()).stdout);
    write('dsn', database.dsn);
    write('api-key', randomBytes(24).toString('hex'));
    write('master-key', masterKey);
    write('worker-1.key', deriveWorkerKey(masterKey, 'worker-1'));
    appendFileSync(
      at('stacyvm.yaml'),
      `auth: { api_key_file: api-key, worker_signing_key_file: master-key, worker_key_scope: derived }
database: { driver: postgres, dsn_file: dsn }
worker_rpc: { allowed_hosts: [127.0.0.1], allowed_schemes: [https] }
`,
    );
    const env = {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      STACYVM_SERVER_HOST: '127.0.0.1',
      STACYVM_SERVER_PORT: String(port),
      STACYVM_WORKER_CONTROL_PLANE_URL: url,
      STACYVM_WORKER_LISTEN_ADDR: '127.0.0.1:0',
    };
    const serve = async (ready: string, ...args: readonly string[]): Promise<void> => {
      const command = [process.execPath, entryOf('cli'), ...args, '--config', 'stacyvm.yaml'] as const;
      programs.push(await serveProgram([...command], ready, { cwd: directory, env }));
    };
    await serve('control plane listens', 'serve');
    await serve('worker joined', 'worker', '--worker-signing-key-file', 'worker-1.key');
  });

  after(async () => {
    for (const program of programs.toReversed()) await program.stop();
    await database?.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]): Promise<CommandResult> =>
    stacyvm('run', '--server', url, ...args);
  const sandboxes = async (): Promise<unknown> =>
    JSON.parse(
      (await stacyvm('list', '--server', url, '--ca-file', 'tls/ca.crt', '--format', 'json')).stdout,
    );

  it('runs a program by --ca-file: files go in, both streams and the exit code come out', async () => {
    write('job.sh', 'echo out $1; echo err >&2; exit 3\n');
    const result = await run('--ca-file', 'tls/ca.crt', '--file', 'job.sh', '--', 'sh', 'job.sh', 'x');
    expect(result).to.deep.equal({ code: 3, stdout: 'out x\n', stderr: 'err\n' });
    expect(await sandboxes()).to.deep.equal([]);
  });

  it('runs nothing without it, and says what to do', async () => {
    const { code, stdout, stderr } = await run('--', 'echo', 'x');
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(
      /no authority that is trusted here; name the file of its authority with --ca-file/,
    );
    expect(await sandboxes()).to.deep.equal([]);
  });

  it('goes on by a new CA when everything is made anew, and by that alone', async () => {
    copyFileSync(at('tls/ca.crt'), at('old-ca.crt'));
    expect((await init('--force')).code).to.equal(0);
    let result: CommandResult | undefined;
    await eventually(
      async () => {
        result = await run('--ca-file', 'tls/ca.crt', '--', 'echo', 'anew');
        return result.code === 0;
      },
      () => JSON.stringify(result),
    );
    expect(result?.stdout).to.equal('anew\n');
    expect((await run('--ca-file', 'old-ca.crt', '--', 'true')).code).to.equal(1);
    const [controlPlane, worker] = programs.map((program) => program.log());
    expect(controlPlane).to.not.include('TLS files not taken');
    expect(worker).to.not.include('TLS files not taken');
  });
});
