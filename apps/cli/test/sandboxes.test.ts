import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from './command.js';
import { findBelow, processesWith, refusal, sandboxIds } from './observe.js';
import { createSystem, eventually, type System } from './system.js';

describe('a system of real processes', function () {
  this.timeout(60_000);
  let system: System;

  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
    await system.startWorker('worker-a');
  });
  after(() => system.stop());

  describe('a sandbox', () => {
    let id: string;

    before(async () => {
      id = (await system.client.spawn({ image: 'host', metadata: { purpose: 'test' } })).id;
    });
    after(() => system.client.destroy(id));

    it('runs on the worker and is listed', async () => {
      const sandbox = await system.client.get(id);
      expect(sandbox).to.include({
        state: 'running',
        worker_id: 'worker-a',
        provider: 'bubblewrap',
        image: 'host',
      });
      expect(sandbox.metadata).to.deep.equal({ purpose: 'test' });
      expect(await sandboxIds(system.client)).to.include(id);
    });

    it('runs a program with its arguments as they are', async () => {
      const result = await system.client.exec(id, {
        mode: 'argv',
        command: 'printf',
        args: ['%s|', 'a b', '$HOME', "it's"],
      });
      expect(result).to.include({ exit_code: 0, stdout: "a b|$HOME|it's|", stderr: '' });
    });

    it('runs a shell command, with arguments quoted and appended', async () => {
      const result = await system.client.exec(id, {
        command: 'echo "$((6 * 7))" to',
        args: ['a  b', '$HOME'],
      });
      expect(result.stdout).to.equal('42 to a  b $HOME\n');
    });

    it('gives the program standard input, environment and a directory', async () => {
      const result = await system.client.exec(id, {
        command: 'cat; echo "$GREETING"; pwd',
        stdin: 'über\n',
        env: { GREETING: 'hi "there"\nnew line' },
        workdir: '/tmp',
      });
      expect(result.stdout).to.equal('über\nhi "there"\nnew line\n/tmp\n');
    });

    it('takes binary standard input', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      const result = await system.client.exec(id, {
        command: 'sha256sum',
        stdin: bytes.toString('base64'),
        stdin_encoding: 'base64',
      });
      expect(result.stdout.slice(0, 64)).to.equal(createHash('sha256').update(bytes).digest('hex'));
    });

    it('passes a non-zero exit code and standard error on', async () => {
      const result = await system.client.exec(id, { command: 'echo oops >&2; exit 42' });
      expect(result).to.include({ exit_code: 42, stdout: '', stderr: 'oops\n' });
    });

    it('keeps what programs leave in /workspace', async () => {
      await system.client.exec(id, { command: 'echo kept > /workspace/file' });
      expect((await system.client.exec(id, { command: 'cat /workspace/file' })).stdout).to.equal('kept\n');
    });

    it('delivers 10 MB without loss or reordering, at once and as a stream', async () => {
      const command = 'seq 1 1400000';
      const expected = createHash('sha256');
      for (let n = 1; n <= 1_400_000; n += 1) expected.update(`${n}\n`);
      const digest = expected.digest('hex');
      const result = await system.client.exec(id, { command });
      expect(result.stdout.length).to.be.greaterThan(10_000_000);
      expect(createHash('sha256').update(result.stdout).digest('hex')).to.equal(digest);
      const streamed = createHash('sha256');
      const exit = await system.client.execStream(id, { command }, ({ data }) => void streamed.update(data));
      expect([exit.exit_code, streamed.digest('hex')]).to.deep.equal([0, digest]);
    });

    it('shows the first line of a stream before the program ends', async () => {
      let sawFirst = false;
      const exit = await system.client.execStream(
        id,
        { command: 'echo first; while [ ! -e /workspace/go ]; do sleep 0.02; done; echo second' },
        async ({ data }) => {
          if (data !== 'first\n') return;
          sawFirst = true;
          await system.client.exec(id, { command: 'touch /workspace/go' });
        },
      );
      expect([sawFirst, exit.exit_code]).to.deep.equal([true, 0]);
    });

    it('kills the whole process tree at the timeout', async () => {
      const error = await refusal(
        system.client.exec(id, { command: 'sleep 61 & (setsid sleep 62 &) ; sleep 63', timeout: '300ms' }),
      );
      expect(error).to.include({ status: 408, code: 'TIMEOUT', reason: 'exec_timeout' });
      const left = await system.client.exec(id, { command: 'cat /proc/[0-9]*/cmdline | tr "\\0" " "' });
      expect(left.stdout).not.to.match(/sleep 6[123]/);
    });

    it('lets a server in the background answer a client in the next exec', async () => {
      const server = `perl -MIO::Socket::INET -e '
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:8080", Listen => 1) or die;
        open(my $up, ">", "up"); close($up);
        while (my $c = $s->accept) { print $c "answer"; close($c) }' > server.log 2>&1 &`;
      await system.client.exec(id, { command: server });
      const client = `until [ -e up ]; do sleep 0.02; done; exec 3<>/dev/tcp/127.0.0.1/8080; cat <&3`;
      const result = await system.client.exec(id, {
        mode: 'argv',
        command: 'bash',
        args: ['-c', client],
        timeout: '10s',
      });
      expect(result.stdout).to.equal('answer');
    });

    it('remembers the last lines that programs wrote', async () => {
      await system.client.exec(id, { command: 'echo one; echo two' });
      expect(await system.client.logs(id, 2)).to.deep.equal(['one', 'two']);
    });
  });

  it('leaves no process, no mount and no directory behind when a sandbox is destroyed', async () => {
    const { id } = await system.client.spawn({ image: 'host' });
    await system.client.exec(id, { command: 'touch kept; (setsid sleep 64 &); mkdir -p a/b; chmod 000 a' });
    // The command ends without what it leaves in the background, which may have yet to begin.
    await eventually(() => processesWith('sleep\u000064').length === 1);
    expect(findBelow(join(system.directory, 'worker-a-state'), id)).to.equal(true);
    await system.client.destroy(id);
    expect(processesWith('sleep\u000064')).to.deep.equal([]);
    expect(findBelow(join(system.directory, 'worker-a-state'), id)).to.equal(false);
    expect(readFileSync('/proc/mounts', 'utf8')).not.to.contain(id);
    expect(findBelow('/sys/fs/cgroup', id, 5)).to.equal(false);
    expect(await refusal(system.client.get(id))).to.include({ status: 404, reason: 'sandbox_not_found' });
    await system.client.destroy(id);
  });

  it('destroys a sandbox by itself when its time is over', async () => {
    // Not given at the spawn, which might take longer than that.
    const { id } = await system.client.spawn({ image: 'host' });
    await system.client.extend(id, '1s');
    await eventually(async () => (await refusal(system.client.get(id))).status === 404);
    expect(findBelow(join(system.directory, 'worker-a-state'), id)).to.equal(false);
  });

  it('prints on standard error what a policy on trial would have denied', async () => {
    const admin = {
      'x-api-key': readFileSync(system.adminKeyFile, 'utf8').trim(),
      'content-type': 'application/json',
    };
    const policies = `${system.url}/api/v1/admin/policies`;
    const body = JSON.stringify({ resource_type: 'image', effect: 'deny', pattern: 'host', mode: 'warn' });
    const created = await fetch(policies, { method: 'POST', headers: admin, body });
    const { id } = (await created.json()) as { id: string };
    try {
      const connection = ['--server', system.url, '--api-key-file', system.apiKeyFile];
      const run = await runCommand(['run', ...connection, '--', 'echo', 'hello'], { cwd: system.directory });
      expect(run).to.include({ code: 0, stdout: 'hello\n' });
      expect(run.stderr)
        .to.match(/^stacyvm: policy warning: .+\n/)
        .and.include(id);
      const spawned = await runCommand(['spawn', ...connection], { cwd: system.directory });
      expect(spawned.stderr).to.match(/^stacyvm: policy warning: .+\n/);
      await system.client.destroy(spawned.stdout.trim());
    } finally {
      await fetch(`${policies}/${id}`, { method: 'DELETE', headers: admin });
    }
  });

  it('destroys a sandbox whose caller went away while it was spawned', async () => {
    const before = await sandboxIds(system.client);
    const leave = new AbortController();
    const spawning = refusal(system.client.spawn({ image: 'host' }, { signal: leave.signal }));
    setImmediate(() => leave.abort());
    expect((await spawning).kind).to.equal('cancelled');
    await eventually(async () => (await sandboxIds(system.client)).length === before.length);
  });

  it('shows no key and no token in logs and command lines', () => {
    const logs = system.programs.map((program) => program.log()).join('\n');
    const commandLines = processesWith('stacyvm').concat(processesWith('main.js')).join('\n');
    for (const secret of [system.apiKey, system.masterKey, 'stacyvm-worker-v1.']) {
      expect(logs).not.to.contain(secret);
      expect(commandLines).not.to.contain(secret);
    }
  });
});
