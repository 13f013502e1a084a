import { type Check, type CheckGroup, type Finding, failure, skipped, success, warning } from '../check.js';
import type { ControlPlaneVisit } from '../control-plane-visit.js';
import { runsControlPlane, runsWorker, type Subject } from '../subject.js';

/** The reference and we accept tokens of clocks that differ by this much. */
const TOKEN_TOLERANCE_MS = 30_000;
const NOTICEABLE_MS = 5_000;

/** The Date header of HTTP has whole seconds. */
const DATE_HEADER_STEP_MS = 1_000;

export function clockChecks(
  subject: Subject,
  visitControlPlane: () => Promise<ControlPlaneVisit>,
): CheckGroup {
  return {
    id: 'clock',
    title: 'clock',
    checks: () => [toDatabase(subject), toControlPlane(subject, visitControlPlane)],
  };
}

function toDatabase(subject: Subject): Check {
  return {
    id: 'database',
    title: 'difference to the database',
    async run() {
      if (!runsControlPlane(subject)) return skipped('workers have none');
      const database = await subject.database().catch(() => undefined);
      if (database === undefined) return skipped('no database can be asked');
      return judgeSkew(database.clockSkewMs, database.clockToleranceMs);
    },
  };
}

function toControlPlane(subject: Subject, visitControlPlane: () => Promise<ControlPlaneVisit>): Check {
  return {
    id: 'control_plane',
    title: 'difference to the control plane',
    async run() {
      if (!runsWorker(subject)) return skipped('it is this host');
      const { visit, receivedAt } = await visitControlPlane().catch(() => NOT_VISITED);
      const date = Date.parse(visit?.headers.date ?? '');
      if (visit === undefined || Number.isNaN(date)) return skipped('the control plane cannot be asked');
      const skewMs = date + DATE_HEADER_STEP_MS / 2 - (receivedAt.getTime() - visit.durationMs / 2);
      return judgeSkew(Math.round(skewMs), Math.ceil((visit.durationMs + DATE_HEADER_STEP_MS) / 2));
    },
  };
}

const NOT_VISITED = { visit: undefined, receivedAt: new Date(0) };

/** @param toleranceMs how wrong the measurement may be */
export function judgeSkew(skewMs: number, toleranceMs: number): Finding {
  const certainMs = Math.max(0, Math.abs(skewMs) - toleranceMs);
  const seconds = (Math.abs(skewMs) / 1_000).toFixed(1);
  const accuracy = `measured to ${(toleranceMs / 1_000).toFixed(1)} s`;
  if (certainMs < NOTICEABLE_MS) return success(`${seconds} s, ${accuracy}`);
  const message = `this clock is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead'} (${accuracy})`;
  const advice = 'keep every clock right by NTP (chrony, systemd-timesyncd)';
  return certainMs > TOKEN_TOLERANCE_MS
    ? failure(`${message}; tokens are refused from 30 s on`, advice)
    : warning(message, advice);
}
