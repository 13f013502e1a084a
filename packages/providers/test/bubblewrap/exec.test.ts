import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually, run, spec } from '../sandbox-run.js';
import { expectSlowReading } from '../slow-reading.js';
import { bubblewrapFixture, hostProcesses, type ProviderFixture } from './provider-fixture.js';

for (const cgroups of ['auto', 'off'] as const) {
  describe(`bubblewrap: execs (cgroups ${cgroups})`, () => {
    let fixture: ProviderFixture;
    const sh = async (command: string, more = {}) => await run(fixture.provider, 'sb', { command, ...more });

    before(async () => {
      fixture = await bubblewrapFixture({ cgroups });
      await fixture.provider.spawn(spec('sb'));
    });

    after(async () => {
      await fixture?.dispose();
    });

    it('keeps a server of one exec for the client in the next', async () => {
      const server =
        'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()\n' +
        'open("port", "w").write(str(s.getsockname()[1])); print("serving", flush=True)\n' +
        'while True:\n  c, _ = s.accept(); print("client", flush=True); c.sendall(b"pong"); c.close()';
      await sh(`python3 -c '${server}' & while [ ! -s port ]; do sleep 0.02; done`);
      const client =
        'import socket; print(socket.create_connection(("127.0.0.1", int(open("port").read()))).recv(9))';
      for (let call = 0; call < 3; call += 1) {
        expect((await sh(`python3 -c '${client}'`)).stdout).to.equal("b'pong'\n");
      }
      await eventually('what the server prints is in the log', async () => {
        const lines = await fixture.provider.logs('sb', 100);
        return lines.includes('serving') && lines.filter((line) => line === 'client').length === 3;
      });
    });

    it('does not wait for a background process that keeps the output open', async () => {
      const result = await sh('(sleep 30; echo late) & echo early');
      expect(result.stdout).to.equal('early\n');
      expect(result.durationMs).to.be.lessThan(5_000);
    });

    if (cgroups === 'auto')
      it('keeps no more than so many pipes open for what runs in the background', async () => {
        for (let call = 0; call < 140; call += 20) {
          await Promise.all(Array.from({ length: 20 }, () => sh('sleep 60 &')));
        }
        expect(openPipes(fixture.stateDir)).to.equal(2 * 128);
        await sh('pkill sleep');
      });

    it('loses nothing that was written before the end, although the output stays open', async () => {
      for (let call = 0; call < 5; call += 1) {
        let received = 0;
        await fixture.provider.exec(
          'sb',
          { command: 'sleep 60 & head -c 200000 /dev/zero; echo end' },
          {
            onOutput: async (_, chunk) => {
              received += chunk.length;
              await delay(15);
            },
          },
        );
        expect(received).to.equal(200_004);
      }
      await sh('pkill sleep');
    });

    it('reads a background program that never stops writing only now and then', async () => {
      // Renamed: a file that is being written is empty for a moment.
      const writer =
        'import os\nn = 0\nwhile True:\n  n += os.write(1, b"x" * 65536)\n' +
        '  open("new", "w").write(str(n)); os.rename("new", "written")';
      await sh(`python3 -c '${writer}' &`);
      const written = async () => Number((await sh('cat written 2>/dev/null')).stdout);
      await eventually('it writes', async () => (await written()) > 0);
      await expectSlowReading(written);
      await sh('pkill -f os.write');
    });

    it('kills the whole tree at the timeout, double-forked and in its own session too, and nothing of another exec', async () => {
      await sh('sleep 777001 >/dev/null 2>&1 &');
      const tree =
        'sleep 777002 & (setsid sh -c "sleep 777003 & sleep 777004" &) ; setsid setsid sleep 777005 & echo up; wait; sleep 60';
      const other = sh('echo up; sleep 777006');
      await eventually('all are running', () => hostProcesses('sleep 777006').length > 0);
      const result = await sh(tree, { timeoutMs: 400 });
      expect(result).to.include({ timedOut: true, exitCode: 137, signal: 'SIGKILL' });
      for (const gone of [777002, 777003, 777004, 777005]) {
        expect(hostProcesses(`sleep ${gone}`), String(gone)).to.deep.equal([]);
      }
      expect(hostProcesses('sleep 777001')).not.to.deep.equal([]);
      expect(hostProcesses('sleep 777006')).not.to.deep.equal([]);
      await sh('pkill -f "sleep 7770"');
      expect(await other).to.include({ exitCode: 143, signal: 'SIGTERM' });
    });

    it('leaves no zombie behind a killed exec', async () => {
      await sh('sleep 60', { timeoutMs: 50 });
      await eventually(
        'no zombie is left',
        async () => !(await sh('ps -eo stat= 2>/dev/null')).stdout.includes('Z'),
      );
    });

    it('ends at once with the shortest timeout', async () => {
      const result = await sh('sleep 777007', { timeoutMs: 1 });
      expect(result).to.include({ timedOut: true, exitCode: 137, signal: 'SIGKILL' });
      expect(hostProcesses('sleep 777007')).to.deep.equal([]);
    });

    it('reports the signal that ended the program', async () => {
      expect(await sh('kill -TERM $$')).to.include({ exitCode: 143, signal: 'SIGTERM' });
      expect(await sh('kill -SEGV $$')).to.include({ exitCode: 139, signal: 'SIGSEGV' });
    });

    it('carries 10 MB without loss or reordering, also to a slow reader', async () => {
      const size = 10_000_000;
      const program = `import sys\nfor i in range(${size / 10}): sys.stdout.write("%09d\\n" % i)`;
      const hash = createHash('sha256');
      let received = 0;
      let chunks = 0;
      await fixture.provider.exec(
        'sb',
        { mode: 'argv', command: 'python3', args: ['-c', program] },
        {
          onOutput: async (_, chunk) => {
            hash.update(chunk);
            received += chunk.length;
            if (chunks++ % 40 === 0) await delay(2);
          },
        },
      );
      const expected = createHash('sha256');
      for (let i = 0; i < size / 10; i += 1) expected.update(`${String(i).padStart(9, '0')}\n`);
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
      expect(await sh('head -c 5 >/dev/null; echo done', { stdin: endless() })).to.include({
        exitCode: 0,
        stdout: 'done\n',
      });
      expect((await sh('true', { stdin: Buffer.alloc(1_000_000) })).exitCode).to.equal(0);
    });

    it('lets a program open its standard streams by name', async () => {
      const result = await sh('cat /dev/stdin > /dev/stdout; echo e > /dev/stderr', {
        stdin: Buffer.from('in'),
      });
      expect(result).to.include({ stdout: 'in', stderr: 'e\n', exitCode: 0 });
    });

    it('runs many execs at once without mixing them', async () => {
      const results = await Promise.all(Array.from({ length: 20 }, (_, i) => sh(`echo ${i}; echo ${i} >&2`)));
      for (const [i, { stdout, stderr }] of results.entries()) {
        expect([stdout, stderr]).to.deep.equal([`${i}\n`, `${i}\n`]);
      }
    });

    it('refuses more than 64 execs at once', async () => {
      const cancel = new AbortController();
      setMaxListeners(0, cancel.signal);
      const running = Array.from({ length: 64 }, () =>
        run(fixture.provider, 'sb', 'sleep 60', cancel.signal),
      );
      const refused = await sh('true').catch((error: { code: string }) => error.code);
      cancel.abort();
      await Promise.all(running);
      expect(refused).to.equal('limit_exceeded');
      expect((await sh('true')).exitCode).to.equal(0);
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
}

/** How many pipes of the execs below a state directory this process has open. */
function openPipes(stateDir: string): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The one that read the directory.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(stateDir)).length;
}
