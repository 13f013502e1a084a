import type { SandboxCounts, SystemStatus, Untold, WorkerCounts } from './system-status.js';

/** The status for people: a line for each part, then what is in the way. */
export function describeStatus({ server, readiness, workers, sandboxes, problems }: SystemStatus): string {
  const lines = [
    ['server', `${server}, version ${readiness.version}, up ${readiness.uptime}`],
    ['ready', readiness.status === 'ready' ? 'yes' : 'no'],
    ['database', readiness.checks.database],
    ['workers', describeWorkers(workers)],
    ['sandboxes', describeSandboxes(sandboxes)],
    ...problems.map((problem) => ['problem', problem]),
  ];
  return lines.map(([name = '', text]) => `${name.padEnd(9)}  ${text}`).join('\n');
}

function describeWorkers(workers: WorkerCounts | Untold): string {
  if ('untold' in workers) return `not told: ${workers.untold}`;
  const { total, placeable, ...others } = workers;
  const notes = Object.entries(others).filter(([, count]) => count > 0);
  return [
    `${placeable} of ${total} take new sandboxes`,
    ...notes.map(([note, count]) => `${count} ${note}`),
  ].join(', ');
}

function describeSandboxes(sandboxes: SandboxCounts | Untold): string {
  if ('untold' in sandboxes) return `not told: ${sandboxes.untold}`;
  const states = Object.entries(sandboxes.by_state).map(([state, count]) => `${count} ${state}`);
  return states.length === 0 ? '0' : states.join(', ');
}
