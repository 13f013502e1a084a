import type { Operation } from '@stacyvm/api';
import { AuthError, type Principal, type Recheck } from '@stacyvm/auth';
import type { Logger } from '@stacyvm/logging';
import { type BackgroundWork, startBackgroundWork, type TenantReach } from '@stacyvm/orchestrator';
import { type Store, StoreError, type TenantMemberRecord } from '@stacyvm/store';
import type { RequestHandler } from 'express';
import { requireAdmission, servedOperation } from '../contract.js';
import { forbidden, problemOf, RequestError } from '../http-errors.js';
import { contextOf, type RequestContext, type RevokedCall } from '../request-context.js';
import type { LiveCallers } from './live-callers.js';
import type { TenantDirectory } from './tenant-directory.js';
import { memberIdOf, standingStill } from './tenant-of-request.js';

/**
 * Calls that are under way. One that lasts is looked at again each second: when its caller would not be let in to it any more, it is
 * ended. All of them together cost three questions to the database at most, and one that is answered soon costs none.
 */
export interface OpenCalls {
  /** Keeps an eye on a request until it is answered; comes after it is known that it may be made. */
  readonly watch: RequestHandler;
  /** Looks at all of them now: something was withdrawn. */
  lookNow(): void;
  start(): BackgroundWork;
}

export interface OpenCallsOptions {
  readonly callers: Pick<LiveCallers, 'recheck'>;
  readonly store: {
    readonly tenants: Pick<Store['tenants'], 'existing'>;
    readonly tenantMembers: Pick<Store['tenantMembers'], 'getMany'>;
  };
  readonly logger: Logger;
  /** Any clock that only goes forward, in milliseconds. */
  readonly nowMs?: () => number;
}

interface OpenCall {
  readonly context: RequestContext;
  readonly operation: Operation;
  readonly caller: Principal;
  readonly reach: TenantReach;
  /** When it was let in, or looked at last. */
  seenAtMs: number;
  isYoung: boolean;
}

type Directory = Pick<TenantDirectory, 'exists' | 'membershipsOf'>;

/** Most calls are answered by then. */
const YOUNG_MS = 250;
/** How long a call goes on between two looks; a little less than a second, which two rounds take. */
const AGAIN_MS = 900;
/** What lets a call in may be a second old. A quarter of a second later, with the next round, it is looked at. */
const ROUND_MS = 500;

export function createOpenCalls(options: OpenCallsOptions): OpenCalls {
  const { callers, store, logger, nowMs = () => performance.now() } = options;
  const calls = new Set<OpenCall>();
  let isUrgent = false;
  let work: BackgroundWork | undefined;

  async function round(): Promise<void> {
    const now = nowMs();
    const due = [...calls].filter((call) => isDue(call, now, isUrgent));
    isUrgent = false;
    if (due.length === 0) return;
    for (const call of due) Object.assign(call, { seenAtMs: now, isYoung: false });
    const [rechecks, directory] = await Promise.all([
      callers.recheck(due.map(({ caller }) => caller)),
      directoryFor(due, store),
    ]);
    await Promise.all(due.map((call, index) => judge(call, rechecks[index], directory)));
  }

  async function judge(
    call: OpenCall,
    recheck: Recheck | undefined,
    directory: Directory | undefined,
  ): Promise<void> {
    const refusal = recheck === undefined ? undefined : await refusalOf(call, recheck, directory);
    if (refusal === undefined) return;
    const { context, operation, caller } = call;
    const why = revokedCall(refusal);
    if (!context.revoke(why)) return;
    logger.info('a call was ended: it would not be let in any more', {
      request_id: context.requestId,
      operation: operation.id,
      principal: caller.id,
      credential: caller.credentialId,
      reason: why.refusal,
    });
  }

  return {
    watch(request, response, next) {
      const context = contextOf(request);
      const { caller, reach } = context;
      const operation = servedOperation(context.operation);
      if (caller !== undefined && reach !== undefined && operation !== undefined) {
        const call = { context, operation, caller, reach, seenAtMs: nowMs(), isYoung: true };
        calls.add(call);
        response.on('close', () => calls.delete(call));
      }
      next();
    },
    lookNow() {
      isUrgent = true;
      void work?.runOnce();
    },
    start() {
      work = startBackgroundWork({ name: 'looking at open calls', intervalMs: ROUND_MS, round, logger });
      return work;
    },
  };
}

function isDue({ seenAtMs, isYoung }: OpenCall, now: number, isUrgent: boolean): boolean {
  const sinceMs = now - seenAtMs;
  if (isYoung) return sinceMs >= YOUNG_MS;
  return isUrgent || sinceMs >= AGAIN_MS;
}

/** The tenants and members that these calls depend on; undefined while the database does not tell. */
async function directoryFor(
  calls: readonly OpenCall[],
  store: OpenCallsOptions['store'],
): Promise<Directory | undefined> {
  const tenantIds = new Set(calls.flatMap(({ context: { tenant } }) => tenant ?? []));
  const members = new Map(
    calls.flatMap(({ caller, context: { tenant } }) => {
      if (tenant === undefined || caller.kind !== 'oidc') return [];
      const member = { tenantId: tenant, userId: memberIdOf(caller.id) };
      return [[JSON.stringify(member), member] as const];
    }),
  );
  try {
    const [existing, found] = await Promise.all([
      tenantIds.size === 0 ? new Set<string>() : store.tenants.existing([...tenantIds]),
      members.size === 0 ? [] : store.tenantMembers.getMany([...members.values()]),
    ]);
    const membershipsOf = new Map<string, TenantMemberRecord[]>();
    for (const member of found) {
      membershipsOf.set(member.userId, [...(membershipsOf.get(member.userId) ?? []), member]);
    }
    return {
      exists: async (tenantId) => existing.has(tenantId),
      membershipsOf: async (userId) => membershipsOf.get(userId) ?? [],
    };
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'unavailable' || error.code === 'closed'))
      return undefined;
    throw error;
  }
}

/** Why the call would be refused by now; undefined when it would not be, or while that cannot be told. */
async function refusalOf(
  { context, operation, reach }: OpenCall,
  recheck: Recheck,
  directory: Directory | undefined,
): Promise<AuthError | RequestError | undefined> {
  if ('refusal' in recheck) return recheck.refusal;
  const { tenant, pathTenant } = context;
  if (directory === undefined) return undefined;
  try {
    const standing = await standingStill(recheck.principal, tenant, directory);
    requireAdmission(operation, { ...standing, ...(pathTenant === undefined ? {} : { pathTenant }) });
    if (reach.kind === 'all' && standing.reach.kind !== 'all') {
      return forbidden('reach_narrowed', 'the caller is no administrator any more');
    }
    return undefined;
  } catch (error) {
    if (error instanceof AuthError || error instanceof RequestError) return error;
    throw error;
  }
}

/** What the caller is told: the reason is always the same, as programs need not know more than that nothing is to be had any more. */
function revokedCall(refusal: AuthError | RequestError): RevokedCall {
  const { status, message, reason } = problemOf(refusal);
  const isUnknown = status === 401;
  return {
    refusal: reason,
    error: new RequestError({
      status: isUnknown ? 401 : 403,
      code: isUnknown ? 'UNAUTHORIZED' : 'FORBIDDEN',
      reason: 'credential_revoked',
      message: `the call was ended, as it would not be let in any more: ${message}`,
    }),
  };
}
