import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { acquireOwnerLock } from '../../src/embedded/owner-lock.js';
import { processStart } from '../../src/embedded/process-identity.js';
import { rejection } from '../rejection.js';
import { type ScratchDirectory, scratchDirectory } from './scratch-directory.js';

describe('owner lock', () => {
  let scratch: ScratchDirectory;
  let sleeper: ChildProcess;
  beforeEach(async () => {
    scratch = await scratchDirectory();
    sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(sleeper, 'spawn');
  });
  afterEach(async () => {
    sleeper.kill('SIGKILL');
    await scratch.remove();
  });

  const writeOwner = (owner: unknown) => writeFile(join(scratch.path, 'owner.lock.7'), JSON.stringify(owner));

  it('has one owner, and the next after release', async () => {
    const lock = await acquireOwnerLock(scratch.path);
    const refusal = await rejection(acquireOwnerLock(scratch.path), 'in_use');
    expect(refusal.message).to.contain(`already in use by this process (pid ${process.pid})`);
    await lock.release();
    const next = await acquireOwnerLock(scratch.path);
    await lock.release();
    await rejection(acquireOwnerLock(scratch.path), 'in_use');
    await next.release();
    expect(await readdir(scratch.path)).to.deep.equal(['owner.lock.2']);
  });

  it('names the live process that holds it', async () => {
    const pid = sleeper.pid!;
    await writeOwner({ pid, start: await processStart(pid) });
    const refusal = await rejection(acquireOwnerLock(scratch.path), 'in_use');
    expect(refusal.message).to.equal(
      `the embedded database in ${scratch.path} is already in use by pid ${pid}; stop that, or set database.path to another directory`,
    );
  });

  it('passes from an owner that was killed', async () => {
    const pid = sleeper.pid!;
    await writeOwner({ pid, start: await processStart(pid) });
    sleeper.kill('SIGKILL');
    await once(sleeper, 'exit');
    const lock = await acquireOwnerLock(scratch.path);
    expect(JSON.parse(await readFile(join(scratch.path, 'owner.lock.8'), 'utf8'))).to.include({
      pid: process.pid,
    });
    await lock.release();
  });

  const dead: Record<string, () => unknown> = {
    'whose process id another process has now': () => ({ pid: sleeper.pid, start: 'boot:1' }),
    'that is no lock': () => 'rubbish',
    'that is empty': () => '',
    'with a process id that cannot be': () => ({ pid: -1, start: 'boot:1' }),
  };
  for (const [name, content] of Object.entries(dead)) {
    it(`ignores a lock ${name}`, async () => {
      await writeOwner(content());
      const lock = await acquireOwnerLock(scratch.path);
      await lock.release();
    });
  }

  it('goes to one of many that find the lock of a dead owner together', async () => {
    for (let round = 0; round < 20; round += 1) {
      const results = await Promise.allSettled(
        Array.from({ length: 16 }, () => acquireOwnerLock(scratch.path)),
      );
      const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(winners).to.have.length(1);
      expect(await readdir(scratch.path)).to.deep.equal([`owner.lock.${round + 1}`]);
      await winners[0]!.release();
    }
  });

  it('has one owner at any time among many that come and go', async () => {
    let owners = 0;
    let turns = 0;
    const comeAndGo = async (): Promise<void> => {
      for (let turn = 0; turn < 60; turn += 1) {
        const lock = await acquireOwnerLock(scratch.path).catch(() => undefined);
        if (lock !== undefined) {
          owners += 1;
          turns += 1;
          expect(owners).to.equal(1);
          await new Promise((resolve) => setImmediate(resolve));
          owners -= 1;
          await lock.release();
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, comeAndGo));
    expect(turns).to.be.greaterThan(1);
  });
});
