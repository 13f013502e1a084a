import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ApiError } from '@stacyvm/api';
import { expect } from 'chai';
import { findBelow, processesWith, refusal, sandboxIds } from './observe.js';
import { createSystem, eventually, type System } from './system.js';

describe('a system in which something is killed', function () {
  this.timeout(120_000);
  let system: System;

  afterEach(() => system.stop());

  describe('the worker, in the middle of an exec', () => {
    beforeEach(async () => {
      system = await createSystem();
      await system.startControlPlane();
    });

    it('fails the exec at once, marks the sandbox, and cleans up when it is back', async () => {
      const worker = await system.startWorker('worker-a');
      const { id } = await system.client.spawn({ image: 'host' });
      const started = performance.now();
      const exec = refusal(system.client.exec(id, { command: 'touch running; sleep 71', timeout: '30s' }));
      await eventually(() => processesWith('sleep\u000071').length > 0);
      await worker.kill('SIGKILL');
      expect(await exec).to.include({ status: 503, code: 'UNAVAILABLE', reason: 'worker_unreachable' });
      expect(performance.now() - started).to.be.lessThan(30_000);
      expect((await system.client.get(id)).state).to.equal('unhealthy');
      expect((await refusal(system.client.exec(id, { command: 'true' }))).reason).to.equal(
        'sandbox_not_running',
      );
      await eventually(() => processesWith('sleep\u000071').length === 0);

      await system.startWorker('worker-a');
      expect(findBelow(join(system.directory, 'worker-a-state'), id)).to.equal(false);
      await eventually(async () => (await system.client.get(id)).state_reason === 'runtime_missing');
      await system.client.destroy(id);
      expect(await sandboxIds(system.client)).to.deep.equal([]);
    });

    it('ends a stream with an error record', async () => {
      const worker = await system.startWorker('worker-a');
      const { id } = await system.client.spawn({ image: 'host' });
      const stream = refusal(
        system.client.execStream(id, { command: 'echo started; sleep 72' }, () => worker.kill('SIGKILL')),
      );
      expect((await stream).reason).to.equal('worker_unreachable');
      // Back again, it removes what the killed one left on this host.
      await system.startWorker('worker-a');
    });
  });

  describe('the control plane, in the middle of 20 spawns', () => {
    it('leaves every sandbox recorded and destroyable, or gone', async () => {
      system = await createSystem({ spawnTimeout: '1s' });
      const first = await system.startControlPlane();
      await system.startWorker('worker-a');
      const spawning = Array.from({ length: 20 }, () =>
        system.client.spawn({ image: 'host' }).catch(() => undefined),
      );
      const stateDirectory = join(system.directory, 'worker-a-state', 'sandboxes');
      await eventually(() => sandboxDirectories(stateDirectory).length >= 3);
      await first.kill('SIGKILL');
      const answered = (await Promise.all(spawning)).flatMap((sandbox) =>
        sandbox === undefined ? [] : [sandbox.id],
      );
      expect(answered.length).to.be.lessThan(20);

      await system.startControlPlane();
      // Spawns under way are ended. Kept is what ran when the control plane died, were its answer still on the way.
      await eventually(async () => !(await states(system)).includes('creating'));
      const kept = await sandboxIds(system.client);
      expect(kept).to.include.members(answered);
      await eventually(() =>
        isDeepStrictEqual(sandboxDirectories(stateDirectory).toSorted(), [...kept].sort()),
      );
      for (const id of kept) await system.client.destroy(id);
      expect(await sandboxIds(system.client)).to.deep.equal([]);
      expect(sandboxDirectories(stateDirectory)).to.deep.equal([]);
    });
  });

  describe('the control plane, while workers go on', () => {
    it('finds worker and sandbox as they were when it is back', async () => {
      system = await createSystem();
      const first = await system.startControlPlane();
      await system.startWorker('worker-a');
      const { id } = await system.client.spawn({ image: 'host' });
      await system.client.exec(id, { command: 'echo kept > file' });
      await first.kill('SIGKILL');
      await system.startControlPlane();
      expect((await system.client.exec(id, { command: 'cat file' })).stdout).to.equal('kept\n');
      const before = (await firstWorker(system)).last_heartbeat;
      await eventually(async () => (await firstWorker(system)).last_heartbeat > before);
    });
  });

  describe('Postgres', () => {
    it('answers 503 with a reason meanwhile, and recovers without a restart', async () => {
      system = await createSystem({ embedded: true });
      const controlPlane = await system.startControlPlane();
      await system.startWorker('worker-a');
      const { id } = await system.client.spawn({ image: 'host' });
      const pidFile = postmasterFile(join(system.directory, 'postgres'));
      const killed = postmasterOf(pidFile);
      process.kill(killed!, 'SIGKILL');
      // A session of the killed one may answer once more when others are gone already: what it says is no recovery.
      const isAnother = () => ![undefined, killed].includes(postmasterOf(pidFile));
      const answers: string[] = [];
      const deadline = performance.now() + 45_000;
      while (!(answers.includes('503 database_unavailable') && answers.at(-1) === 'ok' && isAnother())) {
        if (performance.now() > deadline) throw new Error(`answers were ${[...new Set(answers)].join(', ')}`);
        answers.push(
          await system.client.get(id).then(
            () => 'ok',
            ({ status, reason }: ApiError) => `${status} ${reason}`,
          ),
        );
        // The server that starts anew needs the processor as well.
        await pause(10);
      }
      expect(new Set(answers)).to.satisfy((seen: Set<string>) =>
        [...seen].every((answer) => ['ok', '503 database_unavailable'].includes(answer)),
      );
      expect((await system.client.exec(id, { command: 'echo still here' })).stdout).to.equal('still here\n');
      expect(controlPlane.child.exitCode).to.equal(null);
      await system.client.destroy(id);
    });
  });

  describe('nothing: programs are asked to stop', () => {
    it('lets a program end, then ends everything with exit code 0', async () => {
      system = await createSystem();
      const controlPlane = await system.startControlPlane();
      const worker = await system.startWorker('worker-a');
      const { id } = await system.client.spawn({ image: 'host' });
      const exec = system.client.exec(id, { command: 'touch up; sleep 1; echo done' });
      await eventually(async () => (await system.client.exec(id, { command: 'ls up' })).exit_code === 0);
      const stopped = worker.kill('SIGTERM');
      expect((await exec).stdout).to.equal('done\n');
      await stopped;
      expect(worker.child.exitCode).to.equal(0);
      expect((await firstWorker(system)).status).to.equal('offline');
      expect((await refusal(system.client.spawn({ image: 'host' }))).reason).to.equal('no_eligible_worker');
      await controlPlane.kill('SIGTERM');
      expect(controlPlane.child.exitCode).to.equal(0);
      expect(processesWith(system.directory)).to.deep.equal([]);
    });
  });
});

async function firstWorker(system: System) {
  for await (const worker of system.client.workers()) return worker;
  throw new Error('there is no worker');
}

async function states(system: System): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { state } of system.client.sandboxes()) found.push(state);
  return found;
}

function sandboxDirectories(stateDirectory: string): readonly string[] {
  return readdirSync(stateDirectory).filter((name) => name.startsWith('sb-'));
}

function postmasterFile(directory: string): string {
  const names = readdirSync(directory, { recursive: true }).map(String);
  return join(directory, names.find((name) => name.endsWith('postmaster.pid')) ?? 'postmaster.pid');
}

/** Undefined while none has said that it is there. */
function postmasterOf(pidFile: string): number | undefined {
  try {
    return Number(readFileSync(pidFile, 'utf8').split('\n')[0]) || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
