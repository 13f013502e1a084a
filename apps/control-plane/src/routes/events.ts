import type { TenantReach } from '@stacyvm/orchestrator';
import type { EventStreams } from '../events/event-streams.js';
import { eventPosition } from '../events/event-wire.js';
import { contextOf, reachOf } from '../request-context.js';
import { type Handlers, handle } from './handler.js';

export interface EventsState {
  readonly events: Pick<EventStreams, 'serve'>;
}

export function eventHandlers(state: EventsState): Handlers<'streamEvents'> {
  return {
    streamEvents: handle(async (request, response) => {
      const { sandbox_id: sandboxId, follow } = request.query;
      const lastEventId = request.get('Last-Event-ID');
      const tenantId = tenantWithin(reachOf(request));
      const context = contextOf(request);
      await state.events.serve(
        {
          after: lastEventId === undefined ? undefined : eventPosition(lastEventId),
          follow: String(follow ?? 'true') === 'true',
          sandboxId: typeof sandboxId === 'string' ? sandboxId : undefined,
          tenantId,
          signal: context.signal,
          revoked: () => context.revoked?.error.problem.reason,
        },
        response,
      );
      if (context.revoked !== undefined) throw context.revoked.error;
    }),
  };
}

/** The tenant whose events are within reach: '' is none, undefined any. */
function tenantWithin(reach: TenantReach): string | undefined {
  if (reach.kind === 'all') return undefined;
  return reach.kind === 'tenant' ? reach.tenantId : '';
}
