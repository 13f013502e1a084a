import { connect } from 'node:net';
import type { Fixture } from './control-plane-fixture.js';

/** A JSON document of any shape, as a test reads it. */
export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
}

/** A control plane and the key of its ordinary callers. */
export type Reachable = Pick<Fixture, 'url' | 'apiKey'>;

export interface CallOptions {
  readonly method?: string;
  /** Sent as it is; an object is sent as JSON. */
  readonly body?: unknown;
  /** Beside the API key; null leaves the key out. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string | null;
  readonly signal?: AbortSignal;
}

/** Calls a path below `/api/v1`. */
export async function call(fixture: Reachable, path: string, options: CallOptions = {}): Promise<Answer> {
  const response = await open(fixture, path, options);
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? (JSON.parse(text) as Json) : {},
  };
}

/** The same with a bearer token instead of the key. */
export function callAs(
  fixture: Reachable,
  token: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const headers = { Authorization: `Bearer ${token}`, ...options.headers };
  return call(fixture, path, { ...options, key: null, headers });
}

/** The answer before its body has come. */
export function open(fixture: Reachable, path: string, options: CallOptions = {}): Promise<Response> {
  const { body, key = fixture.apiKey } = options;
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  return fetch(`${fixture.url}/api/v1${path}`, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      connection: 'close',
      ...(key === null ? {} : { 'x-api-key': key }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** A new sandbox of the provider mock unless told. */
export async function spawnSandbox(fixture: Reachable, request: Json = {}): Promise<string> {
  const { status, body, text } = await call(fixture, '/sandboxes', {
    body: { provider: 'mock', ...request },
  });
  if (status !== 201) throw new Error(`no sandbox: ${status} ${text}`);
  return String(body['id']);
}

/** Sends bytes as they are and reads what comes until the connection ends. */
export function exchange(port: number, bytes: string | Uint8Array, timeoutMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const timer = setTimeout(() => socket.destroy(new Error(`still open: ${received}`)), timeoutMs);
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server may answer and close before it has read everything.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
    socket.write(bytes);
  });
}

/** The bytes of a request that a client library would not send. */
export function rawRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: string | Uint8Array = '',
): Uint8Array {
  const content = Buffer.from(body as Uint8Array);
  const lines = Object.entries({
    host: '127.0.0.1',
    connection: 'close',
    ...(content.length === 0 ? {} : { 'content-length': String(content.length) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), content]);
}

/** The status and the JSON body of a raw answer. */
export function parseAnswer(answer: string): {
  readonly status: number;
  readonly head: string;
  readonly body: Json;
} {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const text = rest.join('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    head,
    body: text.startsWith('{') ? (JSON.parse(text) as Json) : {},
  };
}

/** The records of an NDJSON answer. */
export function ndjson(text: string): readonly Json[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);
}
