import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { expect } from 'chai';
import { admin } from './admin-calls.js';
import { call, type Json } from './api-calls.js';
import { secret } from './control-plane-fixture.js';
import { type ControlPlaneProcess, startControlPlaneProcess } from './control-plane-process.js';
import { eventually } from './eventually.js';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('a control plane whose configuration changes', function () {
  this.timeout(60_000);
  const keys = { apiKey: secret(), adminKey: secret() };
  let directory: string;
  let database: TestDatabase;
  let running: ControlPlaneProcess;
  let config: string;

  /** In one step: a look between the beginning of a file that is written anew and its end would find it empty. */
  const file = (name: string, text: string, mode = 0o600) => {
    const path = join(directory, name);
    writeFileSync(`${path}.new`, text, { mode });
    renameSync(`${path}.new`, path);
    return path;
  };
  const configure = (more = '') =>
    file(
      'config.yaml',
      `server: { host: 127.0.0.1, port: 0 }
database: { driver: postgres, dsn_file: dsn }
auth: { api_key_file: api-key, admin_api_key_file: admin-key }
${more}`,
    );
  const settings = async () => {
    const { status, body } = await admin({ url: running.url, ...keys }, '/diagnostics');
    expect(status).to.equal(200);
    return body['settings'] as Json;
  };
  const metric = async (name: string) => {
    const { text } = await call({ url: running.url, ...keys }, '/metrics/prometheus', { key: keys.adminKey });
    return Number(new RegExp(`^stacyvm_settings_${name} (.*)$`, 'm').exec(text)?.[1]);
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'watched-'));
    database = await createTestDatabase();
    file('dsn', database.dsn);
    file('api-key', keys.apiKey);
    file('admin-key', keys.adminKey);
    config = configure();
    running = await startControlPlaneProcess(config);
  });
  after(async () => {
    const code = await running?.stop();
    await database?.drop();
    rmSync(directory, { recursive: true, force: true });
    expect(code).to.equal(0);
  });

  it('says where its settings come from, which change it has taken, and what waits for a restart', async () => {
    const first = await settings();
    expect(first).to.include({ config_file: config, generation: 0 });
    expect(first).not.to.have.property('last_error');
    configure(
      'rate_limit: { enabled: true, requests_per_minute: 100000, burst: 5000 }\ndefaults: { max_sandboxes: 5 }\n',
    );
    const next = await eventually(async () => {
      const seen = await settings();
      expect(seen['generation']).to.equal(1);
      return seen;
    });
    expect(next['restart_required']).to.deep.equal(['defaults.max_sandboxes']);
    expect(Date.parse(String(next['loaded_at']))).to.be.greaterThan(Date.parse(String(first['loaded_at'])));
    expect(
      (await call({ url: running.url, ...keys }, '/sandboxes')).headers.get('x-ratelimit-limit'),
    ).to.equal('5000');
    expect(await metric('generation')).to.equal(1);
    expect(await metric('last_reload_success')).to.equal(1);
    expect(await metric('last_reload_timestamp_seconds')).to.equal(
      Date.parse(String(next['loaded_at'])) / 1000,
    );
  });

  it('keeps the last good ones when a file is wrong, says what is wrong, and forgets it when it is right', async () => {
    configure('rate_limit: { enabled: true, burst: many }\nserver.port: 1\n');
    const refused = await eventually(async () => {
      const seen = await settings();
      expect(seen).to.have.property('last_error');
      return seen;
    });
    expect(refused['generation']).to.equal(1);
    const { at, problems } = refused['last_error'] as { at: string; problems: Json[] };
    expect(Date.parse(at)).to.be.closeTo(Date.now(), 10_000);
    const burst = problems.find(({ key }) => key === 'rate_limit.burst');
    expect(String(burst?.['origin'])).to.contain(config);
    expect(String(burst?.['message'])).to.contain('integer');
    expect(await metric('last_reload_success')).to.equal(0);
    expect(await metric('reload_failures_total')).to.equal(1);
    expect(running.records('settings not reloaded; the last good ones stay in force')).to.have.length(1);

    configure(
      'rate_limit: { enabled: true, requests_per_minute: 100000, burst: 5000 }\ndefaults: { max_sandboxes: 5 }\n',
    );
    await eventually(async () => expect(await settings()).not.to.have.property('last_error'));
    expect(await metric('last_reload_success')).to.equal(1);
    expect(await metric('reload_failures_total')).to.equal(1);
    expect(await metric('generation')).to.equal(1);
  });

  it('does not take what it would not start with', async () => {
    const failures = await metric('reload_failures_total');
    file('api-key', 'change-me-change-me');
    const refused = await eventually(async () => {
      expect(await metric('reload_failures_total')).to.equal(failures + 1);
      return settings();
    });
    const [problem] = (refused['last_error'] as { problems: Json[] }).problems;
    expect(problem).to.include({ key: 'auth.api_key' });
    expect(String(problem?.['message'])).to.contain('placeholder');
    expect((await call({ url: running.url, ...keys }, '/sandboxes')).status).to.equal(200);
    expect(JSON.stringify(refused)).not.to.contain('change-me-change-me');

    configure('auth.enabled: false\n');
    file('api-key', keys.apiKey);
    await eventually(async () =>
      expect(await metric('reload_failures_total')).to.be.greaterThan(failures + 1),
    );
    expect((await call({ url: running.url, ...keys }, '/sandboxes', { key: null })).status).to.equal(401);
    configure();
    await eventually(async () => expect(await metric('last_reload_success')).to.equal(1));
  });

  const gates = [
    ['auth: { enabled: true }', 'auth.enabled'],
    ['auth: { api_key: change-me-change-me }', 'auth.api_key'],
    ['auth: { oidc_enabled: true }', 'auth.oidc_issuer'],
  ] as const;
  for (const [text, key] of gates) {
    it(`does not start with ${text}`, async () => {
      const path = file('gate.yaml', `${text}\ndatabase: { driver: postgres, dsn_file: dsn }\n`);
      const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
        const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
        execFile(process.execPath, [PROGRAM, '--config', path], { env }, (error, _stdout, said) =>
          resolve({ code: Number(error?.code ?? 0), stderr: said }),
        );
      });
      expect(code).to.equal(1);
      expect(stderr).to.contain(key).and.not.contain('change-me-change-me');
    });
  }
});
