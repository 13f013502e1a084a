import type { Fleet } from '@stacyvm/orchestrator';
import type { Request } from 'express';
import { workerJson } from '../wire.js';
import { type Handlers, handle, nextPage, pageOf, pathParameter, sendPage } from './handler.js';

/** One page of workers as the contract shows them, and the cursor of the next. */
export async function workersPage(fleet: Fleet, request: Request) {
  const page = await fleet.list(pageOf(request));
  const surroundings = { isStale: fleet.isStale, loads: await fleet.loads() };
  return {
    items: page.items.map((worker) => workerJson(worker, surroundings)),
    nextCursor: page.nextCursor,
    headers: nextPage(page),
  };
}

export async function oneWorker(fleet: Fleet, request: Request) {
  const worker = await fleet.get(pathParameter(request, 'id'));
  return workerJson(worker, { isStale: fleet.isStale, loads: await fleet.loads() });
}

export function workerHandlers(fleet: Fleet): Handlers<'listWorkers' | 'getWorker'> {
  return {
    listWorkers: handle(async (request, response) => {
      const { items, nextCursor } = await workersPage(fleet, request);
      sendPage(response, items, nextCursor);
    }),

    getWorker: handle(async (request, response) => {
      response.json(await oneWorker(fleet, request));
    }),
  };
}
