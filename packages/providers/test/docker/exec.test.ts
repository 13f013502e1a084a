import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually, rejection, run, spec } from '../sandbox-run.js';
import { expectSlowReading } from '../slow-reading.js';
import { beforeWithEngine } from './docker-engine.js';
import { type DockerFixture, dockerFixture } from './docker-fixture.js';

describe('docker: execs', () => {
  beforeWithEngine();
  let fixture: DockerFixture;
  const sh = async (command: string, more = {}) => await run(fixture.provider, 'sb', { command, ...more });
  /** Command lines of the processes in the sandbox that contain a text. */
  const processes = async (text: string) =>
    (await sh('ps -o args')).stdout.split('\n').filter((line) => line.startsWith(text));

  before(async () => {
    fixture = await dockerFixture();
    await fixture.provider.spawn(spec('sb'));
  });

  after(async () => {
    await fixture?.dispose();
  });

  it('keeps a process of one exec for the next, and its output for the log', async () => {
    const result = await sh(
      '(echo early; while [ ! -e go ]; do sleep 0.05; done; echo out > done; echo late) &',
    );
    // It has not waited: nobody else makes what the loop waits for.
    expect(result).to.include({ exitCode: 0 });
    await sh('touch go');
    await eventually('what it wrote later is in the log', async () =>
      (await fixture.provider.logs('sb', 50)).includes('late'),
    );
    expect((await sh('cat done')).stdout).to.equal('out\n');
  });

  it('loses nothing that was written before the end, although the output stays open', async () => {
    let received = 0;
    await fixture.provider.exec(
      'sb',
      { command: 'sleep 777000 & head -c 200000 /dev/zero; echo end' },
      {
        onOutput: async (_, chunk) => {
          received += chunk.length;
          await delay(5);
        },
      },
    );
    expect(received).to.equal(200_004);
    await sh('killall sleep');
  });

  it('reads a background program that never stops writing only now and then', async () => {
    await fixture.provider.spawn(spec('writer'));
    const inWriter = (command: string) => run(fixture.provider, 'writer', command);
    // Renamed: a file that is being written is empty for a moment.
    await inWriter(
      '(n=0; while :; do head -c 1048576 /dev/zero; n=$((n+1)); echo $n > /tmp/new; mv /tmp/new /tmp/written; done) &',
    );
    const written = async () => Number((await inWriter('cat /tmp/written')).stdout) * 1_048_576;
    await eventually('it writes', async () => (await written()) > 0);
    await expectSlowReading(written);
    await fixture.provider.destroy('writer');
  });

  it('kills the whole tree at the timeout, double-forked and in its own session too, and nothing of another exec', async () => {
    await sh('sleep 777001 >/dev/null 2>&1 &');
    const tree =
      'sleep 777002 & (setsid sh -c "sleep 777003 & sleep 777004" &) ; setsid setsid sleep 777005 & ' +
      '(env -i sleep 777006 &) ; echo up; wait; sleep 60';
    // Long enough for all of it to begin on a busy host.
    const result = await sh(tree, { timeoutMs: 2_000 });
    expect(result).to.include({ timedOut: true, exitCode: 137, signal: 'SIGKILL', stdout: 'up\n' });
    expect(await processes('sleep 77700')).to.deep.equal(['sleep 777001']);
    await sh('killall sleep');
  });

  it('leaves no zombie and nothing of its own behind a killed exec', async () => {
    // Counted by the shell itself: what it starts for that may be among them, or not yet.
    const count = async () => Number((await sh('set -- /proc/[0-9]*; echo $#')).stdout);
    const before = await count();
    await sh('sleep 60 & sleep 60', { timeoutMs: 50 });
    // At most: what the test before has killed may still have been there.
    await eventually('no more processes than before are left', async () => (await count()) <= before);
    expect(await processes('sleep 60')).to.deep.equal([]);
  });

  it('ends at once with the shortest timeout', async () => {
    expect(await sh('sleep 777007', { timeoutMs: 1 })).to.include({ timedOut: true });
    expect(await processes('sleep 777007')).to.deep.equal([]);
  });

  it('takes the sandbox with an exec that cannot be killed alone', async () => {
    await fixture.provider.spawn(spec('bomb'));
    // What kills is a script of /bin/sh in the sandbox, which belongs to whoever is root there.
    const command = 'rm /bin/sh; echo removed; sleep 60';
    const cancel = new AbortController();
    const onOutput = () => cancel.abort();
    const result = await fixture.provider.exec('bomb', { command }, { onOutput, signal: cancel.signal });
    expect(result).to.include({ cancelled: true, exitCode: 137 });
    expect(result.durationMs).to.be.lessThan(15_000);
    expect(await fixture.provider.status('bomb')).to.have.property('state', 'stopped');
    await fixture.provider.destroy('bomb');
  });

  it('is not flooded by what took the place of the shell', async () => {
    await fixture.provider.spawn(spec('flood'));
    const flood = '#!/bin/yes shell\n';
    await run(fixture.provider, 'flood', {
      command: 'cat > /tmp/sh && chmod 755 /tmp/sh && mv /tmp/sh /bin/sh',
      stdin: Buffer.from(flood),
    });
    // Neither does what would kill it, so the sandbox goes with it.
    expect((await rejection(run(fixture.provider, 'flood', 'true'))).code).to.equal('unavailable');
    expect(await fixture.provider.status('flood')).to.have.property('state', 'stopped');
    await fixture.provider.destroy('flood');
  });

  it('reports the status of a program that a signal ended', async () => {
    expect(await sh('kill -TERM $$')).to.include({ exitCode: 143, stderr: '' });
    expect(await sh('kill -SEGV $$')).to.include({ exitCode: 139, stderr: '' });
  });

  it('carries 10 MB without loss or reordering, also to a slow reader', async () => {
    const size = 10_000_000;
    const hash = createHash('sha256');
    let received = 0;
    let chunks = 0;
    await fixture.provider.exec(
      'sb',
      { command: `seq -w 0 ${size / 8 - 1}` },
      {
        onOutput: async (_, chunk) => {
          hash.update(chunk);
          received += chunk.length;
          if (chunks++ % 40 === 0) await delay(2);
        },
      },
    );
    const expected = createHash('sha256');
    for (let i = 0; i < size / 8; i += 1) expected.update(`${String(i).padStart(7, '0')}\n`);
    expect(received).to.equal(size);
    expect(hash.digest('hex')).to.equal(expected.digest('hex'));
  });

  it('takes 3 MB of standard input as bytes and as a stream', async () => {
    const part = Buffer.alloc(100_000, 'x');
    async function* stream() {
      for (let i = 0; i < 30; i += 1) yield part;
    }
    expect((await sh('wc -c', { stdin: stream() })).stdout.trim()).to.equal('3000000');
    expect((await sh('wc -c', { stdin: Buffer.alloc(3_000_000) })).stdout.trim()).to.equal('3000000');
  });

  it('does not fail when the program leaves its input unread', async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(10_000);
    }
    const result = await sh('head -c 5 >/dev/null; echo done', { stdin: endless() });
    expect(result).to.include({ exitCode: 0, stdout: 'done\n' });
    expect((await sh('true', { stdin: Buffer.alloc(1_000_000) })).exitCode).to.equal(0);
  });

  it('gives a program three descriptors and exactly the environment that was promised', async () => {
    expect((await sh('ls /proc/self/fd')).stdout.split('\n').slice(0, 3)).to.deep.equal(['0', '1', '2']);
    const { stdout } = await run(fixture.provider, 'sb', {
      mode: 'argv',
      command: '/bin/env',
      env: { A: '1', PATH: '/nowhere' },
    });
    const names = stdout
      .trim()
      .split('\n')
      .filter((line) => !/^(PWD|SHLVL|HOSTNAME|STACYVM_EXEC_ID)=/.test(line));
    expect(names.sort()).to.deep.equal([
      'A=1',
      'HOME=/workspace',
      'LANG=C.UTF-8',
      'PATH=/nowhere',
      'USER=root',
    ]);
  });

  it('delivers bytes that look like its own messages', async () => {
    const script = [
      "printf '\\036stacyvm-x:0\\n\\036'",
      `printf "\\036stacyvm-\${STACYVM_EXEC_ID%%.*}:not a status at all\\n"`,
    ];
    const { stdout } = await sh(script.join('; '));
    expect(stdout.replaceAll('\x1e', '^').replace(/[0-9a-f]{24}/, 'ID')).to.equal(
      '^stacyvm-x:0\n^^stacyvm-ID:not a status at all\n',
    );
  });

  it('runs many execs at once without mixing them', async () => {
    const results = await Promise.all(Array.from({ length: 12 }, (_, i) => sh(`echo ${i}; echo ${i} >&2`)));
    for (const [i, { stdout, stderr }] of results.entries()) {
      expect([stdout, stderr]).to.deep.equal([`${i}\n`, `${i}\n`]);
    }
  });

  it('refuses more than 64 execs at once', async () => {
    const cancel = new AbortController();
    setMaxListeners(0, cancel.signal);
    const running = Array.from({ length: 64 }, () => run(fixture.provider, 'sb', 'sleep 60', cancel.signal));
    const refused = await sh('true').catch((error: { code: string }) => error.code);
    // Before most of them have started: what is cancelled then must not start any more.
    cancel.abort();
    for (const exit of await Promise.all(running)) expect(exit.cancelled).to.equal(true);
    expect(refused).to.equal('limit_exceeded');
    expect(await processes('sleep 60')).to.deep.equal([]);
  });

  it('gives up on a caller that does not take the last output of a cancelled exec', async () => {
    const cancel = new AbortController();
    const result = await fixture.provider.exec(
      'sb',
      { command: 'echo x; sleep 60' },
      {
        signal: cancel.signal,
        onOutput: () => {
          cancel.abort();
          return new Promise<void>(() => {});
        },
      },
    );
    expect(result.cancelled).to.equal(true);
  });
});
