import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { at, runCommand, startCommand } from './command.js';
import { processesWith, sandboxIds } from './observe.js';
import { createSystem, eventually, freePort, type System } from './system.js';

/** Of a Postgres, a control plane and a worker one after the other, on a machine that does much else. */
const DEV_START_TIMEOUT_MS = 45_000;

describe('the stacyvm command', function () {
  this.timeout(60_000);
  let system: System;
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cli-'));
    system = await createSystem();
    await system.startControlPlane();
    await system.startWorker('worker-a');
  });
  after(async () => {
    await system.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const stacyvm = (command: string, ...args: readonly string[]) =>
    runCommand([command, ...at(system), ...args]);

  describe('spawn, list, logs and kill', () => {
    it('take a sandbox through its life', async () => {
      const spawned = await stacyvm('spawn', '--image', 'host', '--ttl', '5m', '--metadata', 'a=b');
      expect(spawned).to.include({ code: 0 });
      const id = spawned.stdout.trim();
      expect(id).to.match(/^sb-[0-9a-f]{24}$/);

      const listed = await stacyvm('list');
      expect(listed.stdout.split('\n')[0]).to.match(/^ID +STATE +PROVIDER +IMAGE +WORKER +CREATED +EXPIRES$/);
      expect(listed.stdout).to.contain(id);
      const [sandbox] = JSON.parse((await stacyvm('list', '--format', 'json')).stdout);
      expect(sandbox).to.include({ id, state: 'running' });
      expect(sandbox.metadata).to.deep.equal({ a: 'b' });

      expect((await stacyvm('exec', id, '--', 'echo', 'a line')).stdout).to.equal('a line\n');
      expect((await stacyvm('logs', id)).stdout).to.equal('a line\n');
      expect(JSON.parse((await stacyvm('logs', id, '--format', 'json')).stdout)).to.deep.equal(['a line']);

      const extended = await stacyvm('extend', id, '--ttl', '2h', '--format', 'json');
      const until = Date.parse(JSON.parse(extended.stdout).expires_at);
      expect(until - Date.now()).to.be.closeTo(7_200_000, 60_000);
      expect((await stacyvm('extend', id, '--ttl', '1h')).stdout).to.match(
        new RegExp(`^${id} lives until \\d{4}-\\d\\d-\\d\\d [0-9:]{8}Z\n$`),
      );
      expect(await stacyvm('extend', id, '--ttl', 'soon')).to.include({ code: 1 });

      expect(await stacyvm('kill', id)).to.include({ code: 0, stdout: `${id} destroyed\n` });
      expect(await stacyvm('list')).to.include({ code: 0, stdout: 'no sandboxes\n' });

      // An event is shown when every transaction that began before its own has ended.
      const listEvents = () => stacyvm('events', '--sandbox', id);
      await eventually(async () => (await listEvents()).stdout.includes('sandbox.destroyed'));
      const events = await listEvents();
      expect(events.stdout.split('\n').map((line) => line.split(/ {2,}/)[1])).to.include.members([
        'sandbox.created',
        'sandbox.running',
        'exec.completed',
        'sandbox.extended',
        'sandbox.destroyed',
      ]);
      const [first] = (await stacyvm('events', '--sandbox', id, '--format', 'json')).stdout.split('\n');
      expect(JSON.parse(first ?? '')).to.include({ type: 'sandbox.created', sandbox_id: id });
    });
  });

  describe('exec', () => {
    let id: string;

    before(async () => {
      id = (await system.client.spawn({ image: 'host' })).id;
    });
    after(() => system.client.destroy(id));

    it('exits with the exit code of the program and keeps its streams apart', async () => {
      const result = await stacyvm('exec', id, '--', 'sh', '-c', 'echo out; echo err >&2; exit 7');
      expect(result).to.deep.equal({ code: 7, stdout: 'out\n', stderr: 'err\n' });
    });

    it('passes words that look like options on to the program', async () => {
      expect((await stacyvm('exec', id, '--', 'printf', '%s ', '--format', '-x')).stdout).to.equal(
        '--format -x ',
      );
    });

    it('runs a shell command with --shell, in a directory, with an environment', async () => {
      const result = await stacyvm(
        'exec',
        '--shell',
        '--workdir',
        '/tmp',
        '--env',
        'A=x y',
        id,
        '--',
        'pwd; echo "$A" | tr a-z A-Z',
      );
      expect(result.stdout).to.equal('/tmp\nX Y\n');
    });

    it('sends standard input with --stdin', async () => {
      const result = await runCommand(['exec', ...at(system), '-i', id, '--', 'wc', '-c'], {
        input: 'five!',
      });
      expect(result.stdout.trim()).to.equal('5');
    });

    it('prints one result with --format json', async () => {
      const result = await stacyvm('exec', '--format', 'json', id, '--', 'sh', '-c', 'echo hi; exit 3');
      expect(result.code).to.equal(3);
      expect(JSON.parse(result.stdout)).to.include({ exit_code: 3, stdout: 'hi\n' });
    });

    it('shows output while the program runs, and kills it on Ctrl-C', async () => {
      const running = startCommand(['exec', ...at(system), id, '--', 'sh', '-c', 'echo live; exec sleep 81']);
      await eventually(() => running.stdout() === 'live\n');
      running.kill('SIGINT');
      expect((await running.result).code).to.equal(130);
      await eventually(() => processesWith('sleep\u000081').length === 0);
    });

    it('fails with a message when the program is not given', async () => {
      const result = await stacyvm('exec', id);
      expect(result).to.include({ code: 2, stdout: '' });
      expect(result.stderr).to.match(/^stacyvm: give the program to run/);
    });

    it('says so when the program ran into its timeout', async () => {
      const result = await stacyvm('exec', '--timeout', '200ms', id, '--', 'sleep', '82');
      expect(result.code).to.equal(1);
      expect(result.stderr).to.match(/exec timeout/);
    });
  });

  describe('run', () => {
    it('copies files in, runs the program and leaves no sandbox behind', async () => {
      const script = join(directory, 'job.sh');
      const data = join(directory, 'data.bin');
      writeFileSync(script, '#!/bin/sh\nsha256sum < /workspace/in/data.bin; exit 5\n', { mode: 0o755 });
      writeFileSync(data, Buffer.alloc(5_000_000, 'abcdefg'));
      const result = await stacyvm(
        'run',
        '--file',
        script,
        '--file',
        `${data}:/workspace/in/data.bin`,
        '--',
        './job.sh',
      );
      expect(result.code).to.equal(5);
      const { createHash } = await import('node:crypto');
      expect(result.stdout.slice(0, 64)).to.equal(
        createHash('sha256').update(readFileSync(data)).digest('hex'),
      );
      expect(await sandboxIds(system.client)).to.deep.equal([]);
    });

    it('copies an empty file', async () => {
      const empty = join(directory, 'empty');
      writeFileSync(empty, '');
      expect(await stacyvm('run', '--file', empty, '--', 'stat', '-c', '%s', 'empty')).to.include({
        code: 0,
        stdout: '0\n',
      });
    });

    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      it(`destroys the sandbox on ${signal}`, async () => {
        const running = startCommand(['run', ...at(system), '--', 'sh', '-c', 'echo up; exec sleep 83']);
        await eventually(() => running.stdout() === 'up\n');
        running.kill(signal);
        expect((await running.result).code).to.equal(code);
        expect(await sandboxIds(system.client)).to.deep.equal([]);
        expect(processesWith('sleep\u000083')).to.deep.equal([]);
      });
    }

    it('destroys the sandbox when Ctrl-C comes while it is spawned', async () => {
      const running = startCommand(['run', ...at(system), '--', 'sleep', '84']);
      await eventually(async () => (await sandboxIds(system.client)).length > 0);
      running.kill('SIGINT');
      expect((await running.result).code).to.equal(130);
      await eventually(async () => (await sandboxIds(system.client)).length === 0);
    });

    for (const [name, file, message] of [
      ['a missing file', 'nowhere.txt', /nowhere\.txt cannot be read: ENOENT/],
      ['a directory', '/tmp', /is not a file/],
    ] as const) {
      it(`refuses ${name} before it spawns anything`, async () => {
        const result = await stacyvm('run', '--file', file, '--', 'true');
        expect(result.code).to.equal(1);
        expect(result.stderr).to.match(message);
        expect(await sandboxIds(system.client)).to.deep.equal([]);
      });
    }

    it('refuses a target outside /workspace as wrong use', async () => {
      const result = await stacyvm('run', '--file', `${system.apiKeyFile}:/workspace/../etc/x`, '--', 'true');
      expect(result.code).to.equal(2);
      expect(result.stderr).to.match(/below \/workspace/);
    });
  });

  describe('wrong use and failures', () => {
    const cases: ReadonlyArray<readonly [string, readonly string[], number, RegExp]> = [
      ['no command', [], 2, /Which command/],
      ['an unknown command', ['spwan'], 2, /there is no such command\. Did you mean spawn/],
      ['options of a program without --', ['run', 'ls', '-la'], 2, /stands after --/],
      ['an unknown option', ['list', '--frmat', 'json'], 2, /frmat/],
      ['a stray argument', ['list', 'stray'], 2, /stray/],
      ['a value outside the list', ['list', '--format', 'xml'], 2, /xml/],
      [
        'a server that is no URL',
        ['list', '--server', 'nonsense'],
        2,
        /--server, or STACYVM_URL, must be a URL/,
      ],
      [
        'a server that is not there',
        ['list', '--server', 'http://127.0.0.1:1'],
        1,
        /cannot reach the control plane/,
      ],
      [
        'a key file that is missing',
        ['list', '--api-key-file', '/nowhere'],
        1,
        /\/nowhere cannot be read: ENOENT/,
      ],
      ['an unknown option of serve', ['serve', '--prot', '1'], 2, /prot/],
      ['an unknown option of worker', ['worker', '--ids', 'x'], 2, /ids/],
      ['a port that is none', ['dev', '--port', '99999'], 2, /--port/],
      [
        'a directory that cannot be',
        ['dev', '--port', '7424', '--data-dir', '/proc/none'],
        1,
        /\/proc\/none cannot be used: ENOENT; .*--data-dir/,
      ],
    ];
    for (const [name, args, code, message] of cases) {
      it(`exits with ${code} on ${name}`, async () => {
        const result = await runCommand(args);
        expect(result.code, result.stderr).to.equal(code);
        expect(result.stdout).to.equal('');
        expect(result.stderr)
          .to.match(message)
          .and.not.match(/\n\s+at /);
      });
    }

    it('says what the control plane refused, with the request id', async () => {
      const result = await stacyvm('spawn', '--image', 'no-such-image');
      expect(result.code).to.equal(1);
      expect(result.stderr).to.match(
        /^stacyvm: .*no-such-image.*host.* \(image_unknown, request [0-9a-f-]{36}\)\n$/,
      );
    });

    it('says when the key is missing, without naming any', async () => {
      const result = await runCommand(['list', '--server', system.url]);
      expect(result).to.include({ code: 1 });
      expect(result.stderr).to.match(
        /invalid or missing API key \(api_key_missing.*; name the file of your key/,
      );
    });

    it('takes the key from the environment and never shows it in its help', async () => {
      const env = { STACYVM_API_KEY: system.apiKey };
      expect((await runCommand(['list', '--server', system.url], { env })).code).to.equal(0);
      const help = await runCommand(['list', '--help'], { env });
      expect(help.code).to.equal(0);
      expect(help.stdout).to.contain('--api-key-file').and.not.contain(system.apiKey);
    });
  });

  describe('version and help', () => {
    it('print to standard output and exit with 0', async () => {
      const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
      expect(await runCommand(['version'])).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: '' });
      expect(JSON.parse((await runCommand(['version', '--format', 'json'])).stdout)).to.include({ version });
      expect((await runCommand(['serve', '--version'])).stdout).to.equal(`${version}\n`);
      const help = await runCommand(['--help']);
      expect(help.code).to.equal(0);
      for (const command of [
        'serve',
        'worker',
        'dev',
        'spawn',
        'exec',
        'run',
        'list',
        'kill',
        'logs',
        'loadtest',
        'version',
      ]) {
        expect(help.stdout).to.contain(`stacyvm ${command}`);
      }
      expect((await runCommand(['worker', '--help'])).stdout).to.contain('--worker-signing-key-file');
    });
  });

  describe('dev', () => {
    it('proves itself once, keeps its secrets private, and leaves nothing running', async () => {
      const dataDir = join(directory, 'dev');
      const port = String(await freePort());
      const first = await runCommand(['dev', '--once', '--port', port, '--data-dir', dataDir], {
        cwd: directory,
      });
      expect(first.code, first.stderr).to.equal(0);
      expect(first.stdout)
        .to.match(/2262 primes/)
        .and.match(/uid 1000/)
        .and.match(/control plane unreachable/);
      expect(processesWith(dataDir)).to.deep.equal([]);
      expect(statSync(join(dataDir, 'secrets')).mode & 0o777).to.equal(0o700);
      const key = join(dataDir, 'secrets', 'api-key');
      expect(statSync(key).mode & 0o777).to.equal(0o600);

      const before = readFileSync(key, 'utf8');
      const second = await runCommand(['dev', '--once', '--port', port, '--data-dir', dataDir], {
        cwd: directory,
      });
      expect(second.code, second.stderr).to.equal(0);
      expect(readFileSync(key, 'utf8')).to.equal(before);
      expect(second.stdout + second.stderr).not.to.contain(before.trim());
    });

    it('stays up until Ctrl-C and says how to go on', async () => {
      const dataDir = join(directory, 'dev-up');
      const running = startCommand(['dev', '--port', String(await freePort()), '--data-dir', dataDir], {
        cwd: directory,
      });
      await eventually(() => running.stdout().includes('Ctrl-C stops it'), undefined, DEV_START_TIMEOUT_MS);

      const configuration = readFileSync(join(dataDir, 'control-plane.yaml'), 'utf8');
      const again = await runCommand(['dev', '--once', '--data-dir', dataDir], { cwd: directory });
      expect(again.code).to.equal(1);
      expect(again.stderr).to.match(
        /a system runs in \S+ already, at http:\/\/127\.0\.0\.1:\d+ \(process \d+\)/,
      );
      expect(readFileSync(join(dataDir, 'control-plane.yaml'), 'utf8'), 'not under its feet').to.equal(
        configuration,
      );
      const command =
        /npx stacyvm (run --server \S+ --api-key-file \S+) -- /.exec(running.stdout())?.[1] ?? '';
      const result = await runCommand([...command.split(' '), '--', 'echo', 'hello'], { cwd: directory });
      expect(result).to.include({ code: 0, stdout: 'hello\n' });
      running.kill('SIGINT');
      expect((await running.result).code).to.equal(0);
      expect(processesWith(dataDir)).to.deep.equal([]);
    });

    it('ends the programs with it when it is killed', async () => {
      const dataDir = join(directory, 'dev-killed');
      const running = startCommand(['dev', '--port', String(await freePort()), '--data-dir', dataDir], {
        cwd: directory,
      });
      await eventually(() => running.stdout().includes('Ctrl-C stops it'), undefined, DEV_START_TIMEOUT_MS);
      running.kill('SIGKILL');
      await running.result;
      await eventually(() => processesWith(dataDir).length === 0);
    });
  });
});
