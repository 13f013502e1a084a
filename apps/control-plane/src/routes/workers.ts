import type { Orchestrator } from '@stacyvm/orchestrator';
import { workerJson } from '../wire.js';
import { type Handlers, handle, pageOf, pathParameter, sendPage } from './handler.js';

export function workerHandlers(
  orchestrator: Orchestrator,
  clock: () => Date,
): Handlers<'listWorkers' | 'getWorker'> {
  return {
    listWorkers: handle(async (request, response) => {
      const { items, nextCursor } = await orchestrator.fleet.list(pageOf(request));
      sendPage(
        response,
        items.map((worker) => workerJson(worker, clock())),
        nextCursor,
      );
    }),

    getWorker: handle(async (request, response) => {
      response.json(workerJson(await orchestrator.fleet.get(pathParameter(request, 'id')), clock()));
    }),
  };
}
