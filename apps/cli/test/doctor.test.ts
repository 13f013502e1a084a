import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandResult, runCommand } from './command.js';
import { createSystem, freePort, type System } from './system.js';

interface Result {
  readonly id: string;
  readonly status: string;
  readonly message: string;
  readonly checks?: readonly Result[];
}

describe('stacyvm doctor', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => {
    system = await createSystem({ emptyDatabase: true });
  });
  after(() => system.stop());

  const configOf = (name: string): string => join(system.directory, `${name}.yaml`);
  const doctor = async (config: string, ...args: readonly string[]): Promise<CommandResult> => {
    const result = await runCommand(['doctor', '--config', config, ...args]);
    for (const secret of [system.apiKey, system.adminKey, system.masterKey]) {
      expect(result.stdout + result.stderr).not.to.contain(secret);
    }
    return result;
  };
  const find = (results: readonly Result[], id: string): Result | undefined =>
    results
      .flatMap((result) => [result, find(result.checks ?? [], id)])
      .find((result) => result !== undefined && result.id === id);
  const snapshot = (directory: string): readonly string[] =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => `${name} ${statSync(join(directory, name)).mtimeMs}`)
      .sort();

  it('examines a host before anything runs there, and leaves it unchanged', async () => {
    const before = snapshot(system.directory);
    const { code, stdout, stderr } = await doctor(configOf('control-plane-0'), '--role', 'control-plane');
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^warn {3}migrated: \d+ to come/m);
    expect(stdout).to.match(/^ok {5}server.port: 127.0.0.1:\d+ is free$/m);
    expect(stdout).to.match(/\n0 failed, \d+ warned, \d+ ok, \d+ skipped\n$/);
    // Not on a terminal: ASCII alone.
    expect(stdout).to.match(/^[\n -~]+$/);
    expect(snapshot(system.directory)).to.deep.equal(before);
  });

  it('examines a system that runs', async () => {
    await system.startControlPlane();
    await system.startWorker('worker-a');
    const { code, stdout } = await doctor(
      configOf('control-plane-0'),
      ...['--role', 'control-plane', '--format', 'json'],
    );
    const report = JSON.parse(stdout) as { readonly checks: readonly Result[]; readonly version: number };
    expect(report.version).to.equal(1);
    for (const id of [
      'database.migrated',
      'clock.database',
      'identity.signing_key',
      'workers.worker-a.heartbeat',
      'workers.worker-a.rpc',
      'ports.server',
    ]) {
      expect(find(report.checks, id), id).to.include({ status: 'success' });
    }
    expect(find(report.checks, 'ports.server')?.message).to.match(/held by a control plane$/);
    expect(code).to.equal(0);

    const worker = await doctor(configOf('worker-a'), '--role', 'worker', '--format', 'json');
    const ofWorker = (JSON.parse(worker.stdout) as { readonly checks: readonly Result[] }).checks;
    for (const id of [
      'worker.control_plane',
      'worker.credential',
      'clock.control_plane',
      'providers.bubblewrap',
    ]) {
      expect(find(ofWorker, id), id).to.include({ status: 'success' });
    }
    expect(worker.code).to.equal(0);
  });

  it('is part of a support bundle, with what the control plane tells', async () => {
    const file = join(system.directory, 'bundle.json');
    const { code, stdout } = await runCommand([
      ...['support', 'bundle', file, '--config', configOf('control-plane-0')],
      ...['--server', system.url, '--api-key-file', system.adminKeyFile],
    ]);
    expect(code, stdout).to.equal(0);
    const text = readFileSync(file, 'utf8');
    rmSync(file);
    for (const secret of [system.apiKey, system.adminKey, system.masterKey])
      expect(text).not.to.contain(secret);
    const { server, doctor: report } = JSON.parse(text) as Record<string, Record<string, unknown>>;
    expect(server?.['ready']).to.include({ status: 'ready' });
    expect(server?.['diagnostics']).to.be.an('object');
    expect(String(server?.['metrics'])).to.contain('stacyvm_');
    expect(stdout).not.to.contain('not collected');
    expect(report).to.include({ version: 1, role: 'all' });
  });

  it('exits with 1 and says what to do when something fails', async () => {
    const config = join(system.directory, 'lost-worker.yaml');
    writeFileSync(
      config,
      `worker: { id: lost, control_plane_url: "http://127.0.0.1:${await freePort()}", listen_addr: "127.0.0.1:0", state_dir: lost }\n`,
    );
    const { code, stdout, stderr } = await doctor(config, '--role', 'worker');
    rmSync(config);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^stacyvm: 1 check failed\n$/);
    expect(stdout).to.match(/^FAIL {3}control plane: .*ECONNREFUSED.*\n\s+fix: start the program/m);
  });

  it('fails in production what it warns of otherwise', async () => {
    const config = join(system.directory, 'open.yaml');
    writeFileSync(config, `auth: { enabled: false }\nserver: { port: ${await freePort()} }\n`);
    const args = ['--role', 'control-plane'];
    expect((await doctor(config, ...args)).code).to.equal(0);
    const { code, stdout } = await doctor(config, ...args, '--production');
    rmSync(config);
    expect(code).to.equal(1);
    expect(stdout).to.match(/^FAIL {3}callers/m);
  });

  it('exits with 1 for a configuration that does not load, with every problem', async () => {
    const config = join(system.directory, 'broken.yaml');
    writeFileSync(config, 'server: { port: none }\nservre: {}\n');
    const { code, stdout } = await doctor(config);
    rmSync(config);
    expect(code).to.equal(1);
    expect(stdout).to.match(/^FAIL configuration$/m);
    expect(stdout).to.match(/^FAIL {3}server.port: /m);
  });

  const misuses: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['an unknown option', ['--no-such-option']],
    ['a time that is none', ['--timeout', 'soon']],
    ['an argument too many', ['now']],
    ['two configurations', ['--config', 'a', '--config', 'b']],
  ];
  for (const [name, args] of misuses) {
    it(`exits with 2 for ${name}`, async () => {
      expect((await runCommand(['doctor', ...args])).code).to.equal(2);
    });
  }
});
