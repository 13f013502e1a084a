import type { Caller, CallerRole, KnownCaller, Refusal } from './callers.js';
import type { Row } from './row.js';

/** DESIGN 5 and the contract of roles, written down a second time. */
const SCOPES: Readonly<Record<CallerRole, readonly string[]>> = {
  viewer: ['read:*'],
  api: ['read:*', 'api:*'],
  operator: ['read:*', 'api:*', 'operator:*'],
  tenant_admin: ['read:*', 'api:*', 'operator:*', 'tenant:admin'],
  admin: ['read:*', 'api:*', 'operator:*', 'tenant:admin', 'admin:*'],
};

const TENANT_NOT_FOUND: Refusal = [404, 'tenant_not_found'];
const MISSING_SCOPE: Refusal = [403, 'missing_scope'];

/** Why a caller must not get what the row is about; undefined: it must. `ofTenant`: the path names the tenant A. */
export function expectedRefusal(row: Row, ofTenant: boolean, caller: Caller): Refusal | undefined {
  if (row.needs === 'public') return undefined;
  if (isOfWorkers(row)) return refusalOfWorkerRoute(row, caller);
  switch (caller.kind) {
    case 'refused':
      return caller.refusal;
    case 'worker':
      return [401, 'api_key_missing'];
    case 'known':
      return refusalOfKnown(row, ofTenant, caller);
  }
}

function refusalOfKnown(row: Row, ofTenant: boolean, caller: KnownCaller): Refusal | undefined {
  const { role, tenant, belongs = false, byMembership = false } = caller;
  const isStranger = ofTenant && tenant !== 'tn-a' && role !== 'admin';
  // A user who is no member of the tenant that is asked for is nobody there, so its role is not looked at.
  if (isStranger && byMembership) return TENANT_NOT_FOUND;
  if (!SCOPES[role].includes(row.needs)) return MISSING_SCOPE;
  if (isStranger) return TENANT_NOT_FOUND;
  return row.platformOnly === true && belongs ? [403, 'platform_only'] : undefined;
}

function isOfWorkers({ needs }: Row): boolean {
  return needs === 'worker:heartbeat' || needs === 'worker:lease' || needs === 'worker:enrol';
}

/** People are nobody to the worker protocol, whatever else they are. */
function refusalOfWorkerRoute({ needs }: Row, caller: Caller): Refusal | undefined {
  if (caller.kind !== 'worker')
    return [401, needs === 'worker:enrol' ? 'join_token_missing' : 'credentials_missing'];
  const verdicts = {
    'worker:heartbeat': caller.heartbeat,
    'worker:lease': caller.lease,
    'worker:enrol': caller.enrol,
  };
  const verdict = verdicts[needs as keyof typeof verdicts];
  return verdict === 'granted' ? undefined : verdict;
}
