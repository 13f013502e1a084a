import { expect } from 'chai';
import { ExecFiles } from '../../src/files/exec-files.js';
import { ProviderError } from '../../src/index.js';
import { run, spec } from '../sandbox-run.js';
import { bubblewrapFixture, type ProviderFixture } from './provider-fixture.js';

/** A program of the sandbox that exchanges a file for a pipe, which has a writer who says nothing, as fast as it can. */
const EXCHANGE = `import ctypes, os
os.mkfifo("pipe")
open("file", "w").write("content")
writer = os.open("pipe", os.O_RDWR)
libc = ctypes.CDLL(None)
open("ready", "w")
while True: libc.renameat2(-100, b"file", -100, b"pipe", 2)`;

/** A program of the sandbox with a lease on its file (fcntl, F_SETLEASE), which it does not give up: whoever opens the file waits. */
const LEASE = `import fcntl, os, signal, time
open("file", "w").write("content")
signal.signal(signal.SIGIO, signal.SIG_IGN)
fcntl.fcntl(os.open("file", os.O_RDWR), fcntl.F_SETLEASE, fcntl.F_WRLCK)
open("ready", "w")
time.sleep(60)`;

describe('bubblewrap: a program that works against the reader of its file', () => {
  let fixture: ProviderFixture;
  let files: ExecFiles;
  before(async () => {
    fixture = await bubblewrapFixture();
    files = new ExecFiles((sandboxId, request, io) => fixture.provider.exec(sandboxId, request, io), {
      openTimeoutMs: 500,
    });
  });
  after(() => fixture?.dispose());

  async function against(id: string, program: string): Promise<() => Promise<string>> {
    await fixture.provider.spawn(spec(id, { vcpus: 2 }));
    const command = `python3 -c '${program}' & while [ ! -e ready ]; do sleep 0.01; done`;
    expect(await run(fixture.provider, id, command)).to.include({ exitCode: 0 });
    return async () => {
      let content = '';
      try {
        await files.read(id, 'file', {
          onContent(chunk) {
            content += Buffer.from(chunk).toString();
          },
        });
        return content;
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return error.code;
      }
    };
  }

  it('does not keep the reader of what was exchanged for a pipe after it had been looked at', async () => {
    const read = await against('exchange', EXCHANGE);
    const outcomes = new Set<string>();
    const until = performance.now() + 12_000;
    // Until the race went both ways: on a busy host the program may lose it many times in a row, and every round takes longer.
    for (let round = 0; performance.now() < until && (round < 24 || outcomes.size < 2); round += 1)
      outcomes.add(await read());
    expect(['content', 'not_a_file', 'file_failed', 'file_not_found']).to.include.members([...outcomes]);
    expect(outcomes.size).to.be.greaterThan(1);
    await fixture.provider.destroy('exchange');
  });

  it('does not keep the reader of what cannot be opened', async () => {
    const read = await against('lease', LEASE);
    const begun = performance.now();
    expect(await read()).to.equal('file_failed');
    // The kernel breaks the lease after 45 s (/proc/sys/fs/lease-break-time).
    expect(performance.now() - begun).to.be.lessThan(15_000);
  });
});
