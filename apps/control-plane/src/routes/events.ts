import { AuthError, httpStatusOf } from '@stacyvm/auth';
import type { TenantReach } from '@stacyvm/orchestrator';
import { StoreError } from '@stacyvm/store';
import type { Request } from 'express';
import type { Callers } from '../callers/live-callers.js';
import type { TenantDirectory } from '../callers/tenant-directory.js';
import { standingOf } from '../callers/tenant-of-request.js';
import type { EventStreams } from '../events/event-streams.js';
import { eventPosition } from '../events/event-wire.js';
import { contextOf, reachOf } from '../request-context.js';
import { type Handlers, handle } from './handler.js';

export interface EventsState {
  readonly events: Pick<EventStreams, 'serve'>;
  readonly callers: Pick<Callers, 'authenticate'>;
  readonly tenantDirectory: TenantDirectory;
}

export function eventHandlers(state: EventsState): Handlers<'streamEvents'> {
  return {
    streamEvents: handle(async (request, response) => {
      const { sandbox_id: sandboxId, follow } = request.query;
      const lastEventId = request.get('Last-Event-ID');
      const tenantId = tenantWithin(reachOf(request));
      await state.events.serve(
        {
          after: lastEventId === undefined ? undefined : eventPosition(lastEventId),
          follow: String(follow ?? 'true') === 'true',
          sandboxId: typeof sandboxId === 'string' ? sandboxId : undefined,
          tenantId,
          isAdmitted: () => isStillWithin(request, tenantId, state),
          signal: contextOf(request).signal,
        },
        response,
      );
    }),
  };
}

/** Whether the request would be let in again, to the same. While that cannot be told, it stays as it was. */
async function isStillWithin(
  request: Request,
  tenantId: string | undefined,
  { callers, tenantDirectory }: EventsState,
): Promise<boolean> {
  const { clientAddress: address, requestId } = contextOf(request);
  try {
    const caller = await callers.authenticate(request.headers, { address, requestId });
    const { principal, reach } = await standingOf(request, caller, tenantDirectory);
    return principal.scopes.includes('read:*') && tenantWithin(reach) === tenantId;
  } catch (error) {
    if (error instanceof AuthError) return httpStatusOf(error.code) === 503;
    return error instanceof StoreError && error.code === 'unavailable';
  }
}

/** The tenant whose events are within reach: '' is none, undefined any. */
function tenantWithin(reach: TenantReach): string | undefined {
  if (reach.kind === 'all') return undefined;
  return reach.kind === 'tenant' ? reach.tenantId : '';
}
