import { expect } from 'chai';
import { eventually, rejection, run, spec } from '../sandbox-run.js';
import { bubblewrapFixture, hostProcesses, type ProviderFixture } from './provider-fixture.js';

for (const cgroups of ['auto', 'off'] as const) {
  describe(`bubblewrap: limits (cgroups ${cgroups})`, () => {
    let fixture: ProviderFixture;
    const sh = async (command: string, more = {}) => await run(fixture.provider, 'sb', { command, ...more });

    /** Undefined while what has been killed still has its places, which it leaves as it is reaped: on a busy host that takes a while. */
    const outputOnceReaped = (sandboxId: string, command: string) =>
      run(fixture.provider, sandboxId, command).then(
        ({ stdout }) => stdout,
        (error: { code?: string }) => {
          if (error.code !== 'limit_exceeded') throw error;
          return undefined;
        },
      );

    before(async () => {
      fixture = await bubblewrapFixture({ cgroups, pidsLimit: 100 });
      await fixture.provider.spawn(spec('sb', { memoryMb: 128 }));
    });

    after(async () => {
      await fixture?.dispose();
    });

    it('names the enforcement of each limit', () => {
      const kinds = fixture.provider.capabilities().filter((name) => name.includes('_limit:'));
      if (cgroups === 'off') expect(kinds).to.deep.equal(['memory_limit:rlimit', 'pids_limit:rlimit']);
      else expect(kinds.map((name) => name.split(':')[0])).to.include.members(['memory_limit', 'pids_limit']);
    });

    it('ends a fork bomb without hurting another exec', async () => {
      const bomb = 'b() { b | b & }; b 2>/dev/null; sleep 60';
      const result = await sh(bomb, { timeoutMs: 500 });
      expect(result.timedOut || result.exitCode !== 0).to.equal(true);
      await eventually(
        'another exec works',
        async () => (await outputOnceReaped('sb', 'echo alive')) === 'alive\n',
      );
      await eventually('the bomb is gone', async () => {
        const processes = Number(await outputOnceReaped('sb', 'ls /proc | grep -c "^[0-9]"'));
        return processes > 0 && processes < 12;
      });
      expect(hostProcesses('b() { b | b')).to.deep.equal([]);
    });

    it('ends a fork bomb whose processes wake what is stopped', async () => {
      await fixture.provider.spawn(spec('woken'));
      const bomb =
        'import os, signal\nwhile True:\n  try:\n    os.fork()\n    os.kill(-1, signal.SIGCONT)\n  except OSError: pass';
      const args = ['-c', bomb];
      const exec = { mode: 'argv', command: 'python3', args, timeoutMs: 500 } as const;
      expect((await run(fixture.provider, 'woken', exec)).timedOut).to.equal(true);
      await eventually('the bomb is gone', () => hostProcesses('os.kill(-1').length === 0);
      await eventually(
        'another exec works',
        async () => (await outputOnceReaped('woken', 'echo alive')) === 'alive\n',
      );
      await fixture.provider.destroy('woken');
    });

    it('limits the processes of an exec', async () => {
      const program =
        'import os, sys\nn = 0\ntry:\n  while n < 500:\n    if os.fork() == 0:\n      import time; time.sleep(60)\n    n += 1\nexcept OSError: pass\nprint(n, flush=True); os.kill(0, 9)';
      const { stdout } = await run(fixture.provider, 'sb', {
        mode: 'argv',
        command: 'setsid',
        args: ['python3', '-c', program],
      });
      expect(Number(stdout)).to.be.within(50, 110);
    });

    it('says so when no process is left to enter the sandbox', async () => {
      await fixture.provider.spawn(spec('full'));
      const fill = 'i=0; while [ $i -lt 90 ]; do sleep 60 >/dev/null 2>&1 & i=$((i+1)); done 2>/dev/null';
      const outcomes: string[] = [];
      for (let call = 0; call < 4; call += 1) {
        const outcome = run(fixture.provider, 'full', fill).then(
          ({ exitCode }) => `exit ${exitCode}`,
          (error: { code: string }) => error.code,
        );
        outcomes.push(await outcome);
      }
      expect(outcomes[0]).to.equal('exit 0');
      expect(outcomes.at(-1)).to.equal('limit_exceeded');
      await fixture.provider.destroy('full');
    });

    it('ends a memory hog', async () => {
      const result = await sh('tail /dev/zero');
      expect(result.exitCode).not.to.equal(0);
      const byCgroup = fixture.provider.capabilities().includes('memory_limit:cgroup');
      expect(result.oomKilled).to.equal(byCgroup ? true : undefined);
      expect(await sh('echo alive'))
        .to.include({ stdout: 'alive\n' })
        .and.not.have.property('oomKilled');
      expect(await fixture.provider.status('sb')).to.have.property('state', 'running');
    });

    it('bounds /tmp', async () => {
      const { exitCode } = await sh(
        'head -c 200000000 /dev/zero > /tmp/fill; s=$?; rm -f /tmp/fill; exit $s',
      );
      expect(exitCode).not.to.equal(0);
    });

    it('writes no core and opens a bounded number of files', async () => {
      expect((await sh('ulimit -c; ulimit -n')).stdout).to.equal('0\n1024\n');
    });

    it('holds a program to its processors', async () => {
      if (!fixture.provider.capabilities().includes('cpu_limit:cgroup')) {
        expect(fixture.provider.capabilities().join()).not.to.include('cpu_limit');
        return;
      }
      await fixture.provider.spawn(spec('slow', { vcpus: 0.2 }));
      const program =
        'import time\nt = time.time()\nwhile time.time() - t < 0.6: pass\nprint(time.process_time())';
      const { stdout } = await run(fixture.provider, 'slow', {
        mode: 'argv',
        command: 'python3',
        args: ['-c', program],
      });
      expect(Number(stdout)).to.be.lessThan(0.4);
      await fixture.provider.destroy('slow');
    });
  });
}

describe('bubblewrap: an exec that cannot be killed', () => {
  let fixture: ProviderFixture;

  before(async () => {
    fixture = await bubblewrapFixture({ cgroups: 'off', killTimeoutMs: 0 });
  });

  after(async () => {
    await fixture?.dispose();
  });

  it('ends with its whole sandbox', async () => {
    await fixture.provider.spawn(spec('lost'));
    const error = await rejection(
      run(fixture.provider, 'lost', { command: 'sleep 61 & sleep 61 & sleep 61', timeoutMs: 300 }),
    );
    expect(error).to.have.property('code', 'unavailable');
    expect(hostProcesses('sleep 61')).to.deep.equal([]);
    expect(await fixture.provider.status('lost')).to.have.property('state', 'stopped');
    await fixture.provider.destroy('lost');
  });
});
