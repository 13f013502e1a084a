import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { at, runCommand, startCommand } from '../command.js';
import { sandboxIds } from '../observe.js';
import { createSystem, eventually, type System } from '../system.js';

describe('stacyvm loadtest', function () {
  this.timeout(60_000);
  let system: System;

  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
    await system.startWorker('worker-a');
  });
  after(() => system.stop());

  const admin = () => ['--server', system.url, '--api-key-file', system.adminKeyFile];
  const key = () => ['--signing-key-file', `${system.directory}/worker-signing-key`];

  async function workers(): Promise<readonly { readonly id: string; readonly status: string }[]> {
    const found: { id: string; status: string }[] = [];
    for await (const { id, status } of system.client.workers()) found.push({ id, status });
    return found;
  }

  describe('heartbeats', () => {
    it('sends them at the pace, with a key of its own for each worker, and tells what came of them', async () => {
      const result = await runCommand([
        ...['loadtest', 'heartbeats', ...admin(), ...key()],
        ...['--workers', '20', '--pace', '200ms', '--duration', '2s', '--format', 'json'],
      ]);
      expect(result.code, result.stderr).to.equal(0);
      expect(result.stderr).to.equal('');
      const report = JSON.parse(result.stdout);
      const { heartbeat } = report.operations;
      expect(report).to.include({ kind: 'heartbeats', server: system.url, interrupted: false });
      expect(heartbeat).to.deep.include({ failed: 0, errors: {} });
      // 20 workers, ten heartbeats each; a slow machine sends fewer, never more.
      expect(heartbeat.succeeded).to.be.within(20, 200);
      const { p50, p95, p99, max } = heartbeat.latency_ms;
      expect([p50, p95, p99, max]).to.deep.equal([p50, p95, p99, max].sort((a, b) => a - b));
      expect(p50).to.be.greaterThan(0);
      expect(report.client_cpu.seconds).to.be.greaterThan(0);
      expect(report.details.removal).to.deep.equal({ removed: 20, left: 0, reason: null });
      expect((await workers()).map(({ id }) => id)).to.deep.equal(['worker-a']);
    });

    it('sends as many as are answered without a pause, and keeps the workers when asked', async () => {
      const result = await runCommand([
        ...['loadtest', 'heartbeats', ...admin(), ...key(), '--keep'],
        ...['--workers', '5', '--duration', '1s', '--format', 'json'],
      ]);
      expect(result.code, result.stderr).to.equal(0);
      const { operations, details } = JSON.parse(result.stdout);
      expect(operations.heartbeat.failed).to.equal(0);
      expect(operations.heartbeat.succeeded).to.be.greaterThan(20);
      expect(details.removal).to.deep.equal({ removed: 0, left: 5, reason: 'kept' });
      const kept = (await workers()).filter(({ id }) => id.startsWith(details.worker_prefix));
      expect(kept.map(({ status }) => status)).to.deep.equal(Array(5).fill('offline'));
    });

    it('says why the workers are left when the key may not remove them', async () => {
      const result = await runCommand([
        ...['loadtest', 'heartbeats', ...at(system), ...key()],
        ...['--workers', '2', '--rate', '20', '--duration', '500ms', '--format', 'json'],
      ]);
      expect(result.code, result.stderr).to.equal(0);
      const { removal } = JSON.parse(result.stdout).details;
      expect(removal).to.deep.equal({ removed: 0, left: 2, reason: 'missing_scope' });
    });

    it('is never given a sandbox', async () => {
      const running = startCommand([
        ...['loadtest', 'heartbeats', ...admin(), ...key()],
        ...['--workers', '5', '--pace', '100ms', '--duration', '60s'],
      ]);
      await eventually(async () => (await workers()).filter(({ status }) => status === 'online').length >= 6);
      for (let n = 0; n < 3; n += 1) {
        const sandbox = await system.client.spawn({ image: 'host' });
        expect(sandbox.worker_id).to.equal('worker-a');
        await system.client.destroy(sandbox.id);
      }
      running.kill('SIGINT');
      const result = await running.result;
      expect(result.code, result.stderr).to.equal(130);
      expect(result.stdout).to.match(/^heartbeats at \S+, [\d.]+ s, interrupted\nOPERATION +OK +FAILED/);
      expect(result.stdout).to.match(/\nheartbeat +[1-9]\d* +0 /);
      expect((await workers()).filter(({ status }) => status === 'online')).to.have.length(1);
    });

    it('counts what was refused by its reason, and exits with 1 when nothing went through', async () => {
      const wrong = system.write('another-key', `${'k'.repeat(48)}\n`);
      const result = await runCommand([
        ...['loadtest', 'heartbeats', ...admin(), '--signing-key-file', wrong],
        ...['--workers', '3', '--rate', '15', '--duration', '1s', '--format', 'json'],
      ]);
      expect(result.code, result.stderr).to.equal(1);
      const { heartbeat } = JSON.parse(result.stdout).operations;
      expect(heartbeat).to.include({ succeeded: 0, latency_ms: null });
      expect(Object.keys(heartbeat.errors)).to.deep.equal(['token_bad_signature']);
      expect(heartbeat.errors.token_bad_signature).to.equal(heartbeat.failed).and.to.be.greaterThan(0);
    });
  });

  describe('spawns', () => {
    it('spawns, runs and destroys, and leaves nothing', async () => {
      const result = await runCommand([
        ...['loadtest', 'spawns', ...at(system), '--image', 'host'],
        ...['--concurrency', '2', '--duration', '2s', '--exec', 'echo hello', '--format', 'json'],
      ]);
      expect(result.code, result.stderr).to.equal(0);
      const { operations, details } = JSON.parse(result.stdout);
      expect(operations.spawn.succeeded).to.be.greaterThan(0);
      expect(operations.destroy.succeeded).to.equal(operations.spawn.succeeded);
      expect([operations.spawn.failed, operations.exec.failed, operations.destroy.failed]).to.deep.equal([
        0, 0, 0,
      ]);
      expect(details.left).to.deep.equal([]);
      expect(await sandboxIds(system.client)).to.deep.equal([]);
    });

    it('destroys what it has when it is interrupted, and prints', async () => {
      const running = startCommand([
        ...['loadtest', 'spawns', ...at(system), '--image', 'host', '--duration', '60s'],
        ...['--exec', 'sleep 0.2'],
      ]);
      await eventually(async () => (await sandboxIds(system.client)).length > 0);
      running.kill('SIGINT');
      const result = await running.result;
      expect(result.code, result.stderr).to.equal(130);
      expect(result.stdout)
        .to.match(/^spawns at .*interrupted\n/)
        .and.match(/every sandbox is destroyed\n$/);
      expect(await sandboxIds(system.client)).to.deep.equal([]);
    });

    it('counts a program that fails by its exit code', async () => {
      const running = startCommand([
        ...['loadtest', 'spawns', ...at(system), '--image', 'host', '--concurrency', '1'],
        ...['--duration', '60s', '--exec', 'exit 7', '--format', 'json'],
      ]);
      // One after the other: when there is a second sandbox, the program has run in the first.
      const seen = new Set<string>();
      await eventually(async () => {
        for (const id of await sandboxIds(system.client)) seen.add(id);
        return seen.size > 1;
      });
      running.kill('SIGINT');
      const result = await running.result;
      expect(result.code, result.stderr).to.equal(130);
      const { exec } = JSON.parse(result.stdout).operations;
      expect(exec).to.include({ succeeded: 0 });
      expect(exec.failed).to.be.greaterThan(0);
      expect(exec.errors).to.deep.equal({ exit_code_7: exec.failed });
    });
  });

  it('has the options that the README tells of', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const section = readme.split('## Load tests')[1]!.split('\n## ')[0]!;
    const told = new Set(section.match(/(?<!-)--[a-z][a-z-]+/g));
    const help = (await runCommand(['loadtest', 'heartbeats', '--help'])).stdout;
    const more = (await runCommand(['loadtest', 'spawns', '--help'])).stdout;
    for (const option of told) expect(help + more).to.match(new RegExp(`${option}\\b`));
    expect(told.size).to.be.greaterThan(9);
  });

  describe('wrong use', () => {
    const cases: ReadonlyArray<readonly [string, readonly string[], RegExp]> = [
      ['no word', ['loadtest'], /heartbeats or spawns/],
      ['another host', ['loadtest', 'spawns', '--server', 'http://192.0.2.1:7423'], /--allow-remote-target/],
      [
        'a name of another host that begins like this one',
        ['loadtest', 'heartbeats', '--server', 'http://localhost.example.com'],
        /--allow-remote-target/,
      ],
      ['no worker', ['loadtest', 'heartbeats', '--workers', '0'], /--workers/],
      ['half a worker', ['loadtest', 'heartbeats', '--workers', '1.5'], /--workers/],
      ['half a connection', ['loadtest', 'heartbeats', '--connections', '0.5'], /--connections/],
      ['a duration that is none', ['loadtest', 'spawns', '--duration', 'long'], /--duration/],
      [
        'a warm-up that leaves nothing',
        ['loadtest', 'heartbeats', '--duration', '5s', '--warm-up', '5s'],
        /--warm-up/,
      ],
      ['a pace and a rate', ['loadtest', 'heartbeats', '--pace', '1s', '--rate', '5'], /not both/],
      ['a rate of 0', ['loadtest', 'heartbeats', '--rate', '0'], /--rate/],
      ['a pace that is no duration', ['loadtest', 'heartbeats', '--pace', '5'], /--pace/],
      ['a concurrency beyond reason', ['loadtest', 'spawns', '--concurrency', '1001'], /--concurrency/],
    ];
    for (const [name, args, message] of cases) {
      it(`exits with 2 on ${name}`, async () => {
        const result = await runCommand(args);
        expect(result.code, result.stderr).to.equal(2);
        expect(result.stdout).to.equal('');
        expect(result.stderr).to.match(message);
      });
    }
  });
});
