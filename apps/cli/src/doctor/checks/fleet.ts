import { isStale } from '@stacyvm/orchestrator';
import type { WorkerSighting } from '@stacyvm/store/inspection';
import { type CheckGroup, note, skipped, success, warning } from '../check.js';
import { runsControlPlane, type Subject } from '../subject.js';
import { visitWorker } from './worker-endpoint.js';

/** Enough to see what is wrong with a fleet; each is a connection. */
const MAX_VISITED_WORKERS = 50;

/** The workers that the database knows, and whether they can be called. */
export function fleetChecks(subject: Subject): CheckGroup {
  return {
    id: 'workers',
    title: 'workers',
    async checks() {
      if (!runsControlPlane(subject)) return skipped('a control plane knows them');
      const database = await subject.database().catch(() => undefined);
      if (database?.workers === undefined) return skipped('no database can be asked');
      const { workers } = database;
      if (workers.length === 0) {
        return warning(
          'none has ever joined',
          'start one: stacyvm worker --help; stacyvm worker join-token create',
        );
      }
      const visited = workers.slice(0, MAX_VISITED_WORKERS);
      const left = workers.length - visited.length;
      return [
        ...visited.map((worker) => workerGroup(subject, worker)),
        ...(left === 0
          ? []
          : [note('others', 'others', skipped(`${left} more, heard of before those above`))]),
      ];
    },
  };
}

function workerGroup(subject: Subject, worker: WorkerSighting): CheckGroup {
  const stale = isStale(worker, subject.clock());
  const heard = `${worker.status}, heard of at ${worker.lastHeartbeat.toISOString()}`;
  return {
    id: worker.id,
    title: worker.id,
    checks: () => [
      note(
        'heartbeat',
        'heartbeat',
        stale
          ? warning(`${heard}: stale`, 'start it again, or look at its log; sandboxes are not placed on it')
          : success(heard),
      ),
      {
        id: 'rpc',
        title: 'can be called',
        async run(signal) {
          if (stale) return skipped('it is stale');
          if (worker.rpcUrl === '') return skipped('it advertises no URL');
          return visitWorker(subject, { workerId: worker.id, url: worker.rpcUrl }, signal);
        },
      },
    ],
  };
}
