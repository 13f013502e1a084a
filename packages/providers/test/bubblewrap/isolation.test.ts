import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { run, spec } from '../sandbox-run.js';
import {
  bubblewrapFixture,
  hostProcesses,
  type ProviderFixture,
  readProc,
  temporaryDirectory,
} from './provider-fixture.js';

describe('bubblewrap: isolation', () => {
  let fixture: ProviderFixture;
  const sh = async (command: string, more = {}) => await run(fixture.provider, 'sb', { command, ...more });

  before(async () => {
    fixture = await bubblewrapFixture();
    await fixture.provider.spawn(spec('sb'));
    await fixture.provider.spawn(spec('neighbour'));
  });

  after(async () => {
    await fixture?.dispose();
  });

  it('gives no capability, no way to gain one and an unprivileged user', async () => {
    const { stdout } = await sh(
      'id -u; grep -E "^(CapEff|CapPrm|CapInh|CapAmb|NoNewPrivs)" /proc/self/status',
    );
    expect(stdout.split('\n')).to.deep.equal([
      '1000',
      ...['CapInh', 'CapPrm', 'CapEff'].map((set) => `${set}:\t0000000000000000`),
      'CapAmb:\t0000000000000000',
      'NoNewPrivs:\t1',
      '',
    ]);
    const first = await sh('grep -E "^(CapEff|NoNewPrivs)" /proc/1/status');
    expect(first.stdout).to.equal('CapEff:\t0000000000000000\nNoNewPrivs:\t1\n');
  });

  it('lets no program make a user namespace of its own', async () => {
    expect((await sh('unshare --user true')).exitCode).not.to.equal(0);
    expect((await sh('unshare --map-root-user true')).exitCode).not.to.equal(0);
  });

  it('shows its own processes alone', async () => {
    const { stdout } = await sh('ls /proc | grep -c "^[0-9]"; cat /proc/[0-9]*/cmdline | tr "\\0" " "');
    expect(Number(stdout.split('\n')[0])).to.be.at.most(8);
    expect(stdout).not.to.include('mocha');
    expect((await sh(`kill -0 ${process.pid}`)).exitCode).not.to.equal(0);
    expect((await sh(`test -e /proc/${process.pid + 100_000}`)).exitCode).to.equal(1);
  });

  it('shows neither the passwords, nor a secret directory, nor the state directory of the host', async () => {
    const secrets = temporaryDirectory();
    try {
      writeFileSync(join(secrets, 'key'), 'top secret');
      for (const path of [
        '/etc/shadow',
        join(secrets, 'key'),
        secrets,
        fixture.stateDir,
        '/root',
        '/sys',
        '/var',
        '/run',
      ]) {
        expect((await sh(`ls ${path} || cat ${path}`)).exitCode, path).not.to.equal(0);
      }
    } finally {
      rmSync(secrets, { recursive: true });
    }
  });

  it('keeps the workspace of another sandbox out of sight', async () => {
    await run(fixture.provider, 'neighbour', 'echo mine > /workspace/note');
    expect((await sh('ls -A /workspace; ls /workspace/..')).stdout).not.to.include('note');
    expect((await run(fixture.provider, 'neighbour', 'cat note')).stdout).to.equal('mine\n');
  });

  it('can be written in the workspace, /tmp and /dev/shm alone', async () => {
    const { stdout } = await sh(
      'for d in / /usr /usr/bin /etc /dev /bin /lib /workspace /tmp /dev/shm /proc/sys/kernel; do ' +
        '(echo x > "$d/probe") 2>/dev/null && echo "$d"; done; true',
    );
    expect(stdout.trim().split('\n')).to.deep.equal(['/workspace', '/tmp', '/dev/shm']);
    expect((await sh('echo 1 > /proc/sys/kernel/panic')).exitCode).not.to.equal(0);
    expect((await sh('mount -t tmpfs none /tmp || mount -o remount,rw /')).exitCode).not.to.equal(0);
  });

  it('has only its own loopback, which is up', async () => {
    const { stdout } = await sh(
      'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "; cat /proc/net/route | wc -l',
    );
    expect(stdout).to.equal('lo\n1\n');
    const server = await listen();
    try {
      const { port } = server.address() as { port: number };
      const connect = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
      const inside = await run(fixture.provider, 'sb', {
        mode: 'argv',
        command: 'bash',
        args: ['-c', connect],
      });
      expect(inside.exitCode).not.to.equal(0);
      expect(inside.stderr).to.match(/Connection refused/);
      const outside = await run(fixture.provider, 'sb', {
        ...{ mode: 'argv', command: 'bash', args: ['-c', 'exec 3<>/dev/tcp/192.0.2.1/80'], timeoutMs: 5_000 },
      });
      expect(outside.stderr).to.match(/unreachable/);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('has exactly the environment that was promised', async () => {
    const { stdout } = await run(fixture.provider, 'sb', {
      mode: 'argv',
      command: 'env',
      env: { A: '1', HOME: '/tmp' },
    });
    const names = stdout
      .trim()
      .split('\n')
      .filter((line) => !/^(PWD|STACYVM_EXEC_ID)=/.test(line));
    expect(names.sort()).to.deep.equal([
      'A=1',
      'HOME=/tmp',
      'LANG=C.UTF-8',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'USER=sandbox',
    ]);
    expect(
      (await sh('tr "\\0" "\\n" < /proc/1/environ | cut -d= -f1 | sort')).stdout.trim().split('\n'),
    ).to.have.members(
      ['PATH', 'PWD', 'SHLVL', '_', 'OLDPWD'].filter((name) => readableNames(fixture).includes(name)),
    );
  });

  it('never lets an environment value reach a program on the host', async () => {
    const env = { LD_PRELOAD: '/workspace/evil.so', BASH_ENV: '/workspace/evil', SECRET_VALUE: 'hunter2' };
    const running = new AbortController();
    let seen: readonly string[] = [];
    await fixture.provider.exec(
      'sb',
      { command: 'echo up; sleep 30', env },
      {
        signal: running.signal,
        onOutput: () => {
          const pids = hostProcesses('').concat(process.pid);
          seen = pids
            .filter(
              (pid) =>
                readProc(pid, 'cmdline').includes('nsenter') || readProc(pid, 'comm').startsWith('nsenter'),
            )
            .map((pid) => `${readProc(pid, 'cmdline')} ${readProc(pid, 'environ')}`);
          running.abort();
        },
      },
    );
    expect(seen).to.have.length.greaterThan(0);
    for (const text of seen) {
      expect(text).not.to.match(/LD_PRELOAD|BASH_ENV|hunter2|sleep 30/);
    }
  });

  it('gives each sandbox of a root worker a host user of its own', async () => {
    if (process.getuid?.() !== 0) {
      expect(await uidOnHost(fixture, 'sb')).to.equal(process.getuid?.());
      return;
    }
    const uids = [await uidOnHost(fixture, 'sb'), await uidOnHost(fixture, 'neighbour')];
    expect(uids[0]).not.to.equal(uids[1]);
    for (const uid of uids) expect(uid).to.be.at.least(231_072);
  });
});

/** Names in the environment of the monitor: what a host's shell may add to the fixed PATH. */
function readableNames(fixture: ProviderFixture): readonly string[] {
  const record = JSON.parse(readFileSync(join(fixture.stateDir, 'sb', 'runtime.json'), 'utf8')) as {
    processes: { pid: number }[];
  };
  return readProc(record.processes[1]!.pid, 'environ')
    .split('\0')
    .map((pair) => pair.split('=')[0] ?? '');
}

async function uidOnHost(fixture: ProviderFixture, sandboxId: string): Promise<number> {
  const record = JSON.parse(readFileSync(join(fixture.stateDir, sandboxId, 'runtime.json'), 'utf8')) as {
    processes: { pid: number }[];
  };
  return Number(/^Uid:\t(\d+)/m.exec(readProc(record.processes[0]!.pid, 'status'))?.[1]);
}

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
