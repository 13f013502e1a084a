import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { judgeSkew } from '../../src/doctor/checks/clock.js';
import { judgeSpace } from '../../src/doctor/checks/disk.js';
import { judgeNode } from '../../src/doctor/checks/system.js';
import { freePort } from '../system.js';
import { createPatient, type Patient, resultOf } from './patient.js';

describe('stacyvm doctor on the host', () => {
  let patient: Patient;
  beforeEach(() => {
    patient = createPatient();
  });
  afterEach(() => patient.remove());

  describe('configuration', () => {
    it('tells every problem of one that does not load, and goes on with what needs none', async () => {
      const report = await patient.examine('server: { port: 99999 }\ndefaults: { ttl: soon }\n');
      const problems = resultOf(report, 'config').checks;
      expect(problems.map(({ title, status }) => [title, status])).to.have.deep.members([
        ['server.port', 'failure'],
        ['defaults.ttl', 'failure'],
      ]);
      expect(resultOf(report, 'system.node').status).to.equal('success');
    });

    it('fails a file that is not there', async () => {
      const report = await patient.examine('', { configFile: join(patient.directory, 'missing.yaml') });
      expect(resultOf(report, 'config').status).to.equal('failure');
    });

    it('fails what the programs refuse to start with', async () => {
      const report = await patient.examine('auth: { admin_api_key: change-me-change-me-change-me }\n');
      expect(resultOf(report, 'config.starts.problem_1')).to.include({
        status: 'failure',
        title: 'auth.admin_api_key',
      });
    });
  });

  describe('modes of files', () => {
    it('warns of a secret that others can read, and fails it in production', async () => {
      const key = patient.write('key', 'abcdefghijklmnopqrstuvwxyz0123456789');
      const config = 'auth: { admin_api_key_file: key }\n';
      expect(resultOf(await patient.examine(config), 'secrets').status).to.equal('success');
      chmodSync(key, 0o640);
      const open = await patient.examine(config);
      expect(resultOf(open, 'secrets.file_1')).to.include({ status: 'warning', title: key });
      expect(resultOf(open, 'secrets.file_1').advice).to.equal(`chmod 600 ${key}`);
      const production = await patient.examine(config, { production: true });
      expect(resultOf(production, 'secrets.file_1').status).to.equal('failure');
    });

    it('looks at each file of a directory of secrets', async () => {
      mkdirSync(join(patient.directory, 'tokens'));
      patient.write('tokens/worker-a', 'static-token-of-worker-a', 0o644);
      patient.write('tokens/worker-b', 'static-token-of-worker-b');
      const report = await patient.examine('auth: { worker_tokens_dir: tokens }\n');
      const files = resultOf(report, 'secrets').checks;
      expect(files.map(({ title, status }) => [title.split('/').at(-1), status])).to.have.deep.members([
        ['worker-a', 'warning'],
        ['worker-b', 'success'],
      ]);
    });

    it('fails a configuration that every user can change', async () => {
      const configFile = patient.write('open.yaml', '{}\n');
      chmodSync(configFile, 0o666);
      const report = await patient.examine('', { configFile });
      expect(resultOf(report, 'file_modes.config_file').status).to.equal('failure');
      chmodSync(patient.directory, 0o777);
      const directory = await patient.examine('{}\n');
      expect(resultOf(directory, 'file_modes.config_directory').status).to.equal('failure');
      chmodSync(patient.directory, 0o1777);
      const shared = resultOf(await patient.examine('{}\n'), 'file_modes.config_directory');
      expect(shared.status).to.equal('success');
      expect(shared.message).to.contain('sticky');
    });
  });

  describe('ports', () => {
    let server: Server | undefined;
    afterEach(() => server?.close());

    const listen = async (answer: string): Promise<number> => {
      const listening = createHttpServer((_request, response) => {
        response.setHeader('content-type', 'application/json').end(answer);
      });
      server = listening;
      await new Promise<void>((resolve) => {
        listening.listen(0, '127.0.0.1', resolve);
      });
      return (listening.address() as AddressInfo).port;
    };

    it('are free', async () => {
      const report = await patient.examine(`server: { host: 127.0.0.1, port: ${await freePort()} }\n`);
      expect(resultOf(report, 'ports.server')).to.include({ status: 'success' });
      expect(resultOf(report, 'ports.server').message).to.match(/is free$/);
    });

    it('are held by a control plane', async () => {
      const port = await listen('{"status":"alive"}');
      const report = await patient.examine(`server: { host: 127.0.0.1, port: ${port} }\n`);
      expect(resultOf(report, 'ports.server').message).to.equal(
        `127.0.0.1:${port} is held by a control plane`,
      );
    });

    it('are held by something else', async () => {
      const port = await listen('hello');
      const report = await patient.examine(`server: { host: 127.0.0.1, port: ${port} }\n`);
      expect(resultOf(report, 'ports.server').status).to.equal('failure');
    });

    it('are held by something that never answers', async () => {
      const silent = createTcpServer();
      await new Promise<void>((resolve) => {
        silent.listen(0, '127.0.0.1', resolve);
      });
      const { port } = silent.address() as AddressInfo;
      const url = `"http://127.0.0.1:${port}"`;
      const report = await patient.examine(
        `server: { host: 127.0.0.1, port: ${port} }
worker: { control_plane_url: ${url} }
database: { driver: postgres, dsn: "postgres://a:b@127.0.0.1:${port}/c" }
`,
        // What the checks wait for takes three quarters of it; the rest is for a machine that is busy.
        { role: 'all', timeoutMs: 4_000 },
      );
      silent.close();
      expect(resultOf(report, 'ports.server').message).to.match(/held by another program$/);
      expect(resultOf(report, 'worker.control_plane').message).to.match(/no answer in time$/);
      expect(resultOf(report, 'database.connects').status).to.equal('failure');
      expect(resultOf(report, 'workers').status).to.equal('skipped');
    });

    it('are on an address that this host does not have', async () => {
      const report = await patient.examine('worker: { listen_addr: "192.0.2.1:7430" }\n', { role: 'worker' });
      expect(resultOf(report, 'ports.worker').message).to.match(/EADDRNOTAVAIL/);
    });
  });

  describe('worker', () => {
    it('fails without its control plane, and says what to do', async () => {
      const report = await patient.examine(
        `worker: { id: worker-a, control_plane_url: "http://127.0.0.1:${await freePort()}" }\n`,
        { role: 'worker' },
      );
      expect(resultOf(report, 'worker.control_plane')).to.include({
        status: 'failure',
        advice: 'start the program that listens there, or correct the address',
      });
    });

    it('tells a control plane that speaks HTTP where HTTPS is configured, in plain words', async () => {
      const plain = createHttpServer((_request, response) => response.end());
      await new Promise<void>((resolve) => {
        plain.listen(0, '127.0.0.1', resolve);
      });
      const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`;
      const report = await patient.examine(`worker: { id: worker-a, control_plane_url: "${url}" }\n`, {
        role: 'worker',
      });
      plain.close();
      expect(resultOf(report, 'worker.control_plane')).to.include({
        status: 'failure',
        message: `${url}/api/v1/health: TLS: wrong version number (EPROTO)`,
        advice: 'one side speaks HTTPS and the other HTTP: correct the scheme of the URL',
      });
    });

    it('fails a token of another worker, one that expired, and one that is damaged', async () => {
      const token = (claims: object): string =>
        `stacyvm-worker-v1.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${'A'.repeat(43)}`;
      const claims = { worker_id: 'worker-a', jti: 'x', aud: 'control-plane', iat: 1, exp: 100 };
      for (const [text, message] of [
        [token({ ...claims, worker_id: 'worker-b' }), /of worker-b/],
        [token(claims), /expired/],
        ['stacyvm-worker-v1.x', /malformed/],
      ] as const) {
        patient.write('token', text);
        const report = await patient.examine('worker: { id: worker-a, token_file: token }\n', {
          role: 'worker',
        });
        expect(resultOf(report, 'worker.credential').message).to.match(message);
        expect(JSON.stringify(report)).not.to.contain(text);
      }
    });

    it('fails docker where no engine listens, and leaves it out where it is not enabled', async () => {
      const yaml = (enabled: boolean): string =>
        `providers: { docker: { enabled: ${enabled}, socket: ${join(patient.directory, 'no.sock')} } }\n`;
      const enabled = await patient.examine(yaml(true), { role: 'worker' });
      expect(resultOf(enabled, 'providers.docker').status).to.equal('failure');
      expect(resultOf(enabled, 'providers.docker').message).to.contain('no.sock');
      const disabled = await patient.examine(yaml(false), { role: 'worker' });
      expect(resultOf(disabled, 'providers.docker').status).to.equal('skipped');
    });

    it('runs a trial sandbox and leaves nothing of it', async () => {
      const scratch = join(patient.directory, 'scratch');
      mkdirSync(scratch);
      // Sandboxes of root run as another user, who has to get there.
      chmodSync(patient.directory, 0o711);
      const { TMPDIR } = process.env;
      process.env['TMPDIR'] = scratch;
      try {
        const report = await patient.examine('{}\n', { role: 'worker' });
        expect(resultOf(report, 'providers.bubblewrap')).to.include({ status: 'success' });
        expect(readdirSync(scratch)).to.deep.equal([]);
      } finally {
        if (TMPDIR === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = TMPDIR;
      }
    });
  });

  it('leaves everything as it is', async () => {
    await patient.examine('{}\n', { role: 'all' });
    expect(readdirSync(patient.directory)).to.deep.equal(['stacyvm.yaml']);
  });
});

describe('the judgement of', () => {
  const skews: ReadonlyArray<readonly [number, number, string]> = [
    [0, 10, 'success'],
    [5_009, 10, 'success'],
    [5_020, 10, 'warning'],
    [-5_020, 10, 'warning'],
    [30_009, 10, 'warning'],
    [-30_020, 10, 'failure'],
    [6_000, 2_000, 'success'],
  ];
  for (const [skew, tolerance, status] of skews) {
    it(`a clock ${skew} ms off, give or take ${tolerance}, is ${status}`, () => {
      expect(judgeSkew(skew, tolerance).status).to.equal(status);
    });
  }

  const GIB = 1024 ** 3;
  const spaces: ReadonlyArray<readonly [string, number, number, number, number, string]> = [
    ['half', 50 * GIB, 100 * GIB, 50, 100, 'success'],
    ['9 %', 9 * GIB, 100 * GIB, 50, 100, 'warning'],
    ['less than 1 %', GIB / 2, 100 * GIB, 50, 100, 'failure'],
    ['99 MiB of little', 99 * 1024 ** 2, 200 * 1024 ** 2, 50, 100, 'failure'],
    ['no inodes', 50 * GIB, 100 * GIB, 0, 100, 'failure'],
    ['few inodes', 50 * GIB, 100 * GIB, 9, 100, 'warning'],
    ['inodes without a limit', 50 * GIB, 100 * GIB, 0, 0, 'success'],
  ];
  for (const [name, freeBytes, totalBytes, freeInodes, totalInodes, status] of spaces) {
    it(`a disk with ${name} left is ${status}`, () => {
      expect(judgeSpace('/x', { freeBytes, totalBytes, freeInodes, totalInodes }).status).to.equal(status);
    });
  }

  for (const [version, status] of [
    ['20.19.0', 'success'],
    ['22.1.0', 'success'],
    ['20.18.3', 'failure'],
    ['18.20.0', 'failure'],
  ] as const) {
    it(`Node.js ${version} is ${status}`, () => {
      expect(judgeNode(version).status).to.equal(status);
    });
  }
});
