import { deriveWorkerKey, mintWorkerToken, type WorkerScope } from '@stacyvm/token';
import type { Json } from './api-calls.js';
import type { Fixture } from './control-plane-fixture.js';

export const WORKER = 'worker-1';

/** A request of a worker, or of one who says so; a heartbeat unless told. */
export interface Presented {
  readonly path?: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export async function send(
  fixture: Pick<Fixture, 'url'>,
  { path, method = 'POST', headers, body }: Presented,
): Promise<{ readonly status: number; readonly body: Json }> {
  const response = await fetch(`${fixture.url}/api/v1/worker/${path ?? `${WORKER}/heartbeat`}`, {
    method,
    headers: { connection: 'close', ...headers },
    ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body ?? {}) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

export function credential(token: string, id = WORKER): Readonly<Record<string, string>> {
  return { 'X-Worker-ID': id, 'X-Worker-Token': token };
}

export interface TokenOptions {
  readonly key?: string;
  readonly id?: string;
  readonly audience?: 'worker:control-plane' | 'worker:rpc';
  readonly scopes?: readonly WorkerScope[];
  readonly tokenId?: string;
  readonly at?: Date;
}

/** A token of the worker, signed by its derived key, unless told. */
export function workerToken(fixture: Pick<Fixture, 'signingKey'>, options: TokenOptions = {}): string {
  return mintWorkerToken({
    key: options.key ?? deriveWorkerKey(fixture.signingKey, options.id ?? WORKER),
    workerId: options.id ?? WORKER,
    audience: options.audience ?? 'worker:control-plane',
    ttlSeconds: 60,
    ...(options.scopes === undefined ? {} : { scopes: options.scopes }),
    ...(options.tokenId === undefined ? {} : { tokenId: options.tokenId }),
    ...(options.at === undefined ? {} : { now: options.at }),
  }).token;
}
