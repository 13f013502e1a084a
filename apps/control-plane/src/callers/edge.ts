import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { ReloadedPart } from '../settings-reload.js';
import { type ClientAddresses, createClientAddresses } from './client-address.js';
import { type CrossOrigin, createCrossOrigin } from './cross-origin.js';
import { createLiveCallers, type LiveCallers } from './live-callers.js';
import { createRateLimit, type RateLimit } from './rate-limit.js';

/** All that stands between a request and what it asks for, by the settings that are in force. */
export interface Edge extends ReloadedPart {
  readonly clientAddresses: ClientAddresses;
  readonly crossOrigin: CrossOrigin;
  readonly callers: LiveCallers;
  readonly rateLimit: RateLimit;
}

/** @throws AuthError or Error when the settings must not go live */
export function createEdge(settings: Settings, logger: Logger, clock: () => Date): Edge {
  const clientAddresses = createClientAddresses(settings);
  const crossOrigin = createCrossOrigin(settings);
  const callers = createLiveCallers(settings, logger, clock);
  const rateLimit = createRateLimit(settings);
  return {
    clientAddresses,
    crossOrigin,
    callers,
    rateLimit,
    prepare(next) {
      const commits = [clientAddresses, crossOrigin, callers, rateLimit].map((part) => part.prepare(next));
      return () => {
        for (const commit of commits) commit();
      };
    },
  };
}
