import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ApiError, type ApiErrorKind } from '../src/index.js';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface TestServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** What the next requests are answered with. */
  answer: (request: SeenRequest, response: ServerResponse) => unknown;
  close(): Promise<void>;
}

/** A real server that notes every request. */
export async function startServer(): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const http = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(request);
      server.answer(request, response);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const server: TestServer = {
    url: `http://127.0.0.1:${port}`,
    seen,
    answer: (_request, response) => response.writeHead(404).end(),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The ApiError that a promise is rejected with; anything else fails the test. */
export async function rejection(work: Promise<unknown>, kind: ApiErrorKind): Promise<ApiError> {
  let value: unknown;
  try {
    value = await work;
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(ApiError);
    expect((error as ApiError).kind, String(error)).to.equal(kind);
    return error as ApiError;
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
}

/** Waits for a condition that something else brings about. */
export async function eventually(condition: () => boolean, deadlineMs = 30_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

export const SANDBOX = {
  id: 'sb-000102030405060708090a0b',
  state: 'running',
  provider: 'bubblewrap',
  image: 'host',
  memory_mb: 512,
  vcpus: 1,
  worker_id: 'worker-a',
  created_at: '2030-01-01T10:00:00.000Z',
  expires_at: '2030-01-01T10:30:00.000Z',
  metadata: {},
} as const;
