/** A request of a worker by its path; the ids are decoded and may be empty. */
export type WorkerRoute = EnrolmentRoute | CredentialRoute;

export interface EnrolmentRoute {
  readonly kind: 'enrol';
  readonly workerId: string;
}

/** Needs a worker credential. */
export type CredentialRoute =
  | { readonly kind: 'heartbeat' | 'token'; readonly workerId: string }
  | RenewalRoute;

export interface RenewalRoute {
  readonly kind: 'renew';
  readonly workerId: string;
  readonly resourceId: string;
}

const PREFIX = '/api/v1/worker/';
const RESOURCE_ID = /^[!-~]{0,128}$/;

export function isWorkerPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** `{workerID}/heartbeat`, `{workerID}/token`, `{workerID}/enrol` or `{workerID}/leases/{resourceID}/renew`, each id percent-encoded. */
export function workerRouteOf(path: string): WorkerRoute | undefined {
  const segments = path.slice(PREFIX.length).split('/').map(decodeSegment);
  const [workerId, first, second, third] = segments;
  if (workerId === undefined) return undefined;
  if (segments.length === 2 && (first === 'heartbeat' || first === 'token')) return { kind: first, workerId };
  if (segments.length === 2 && first === 'enrol') return { kind: first, workerId };
  if (segments.length !== 4 || first !== 'leases' || third !== 'renew') return undefined;
  if (second === undefined || !RESOURCE_ID.test(second)) return undefined;
  return { kind: 'renew', workerId, resourceId: second };
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment).trim();
  } catch {
    return undefined;
  }
}
