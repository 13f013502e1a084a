import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Json } from '../api-calls.js';

export interface Question {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Empty unless it is a JSON object. */
  readonly body: Json;
}

/** Asks thousands of questions over a few connections. */
export interface Client {
  /** @param path below `/api/v1` */
  ask(path: string, question: Question): Promise<Reply>;
  close(): void;
}

export function keptAliveClient(url: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const { hostname, port } = new URL(url);
  return {
    async ask(path, { method, headers, body }) {
      // As options, because a URL would put odd spellings of a path right.
      const sent = request({ agent, hostname, port, path: `/api/v1${path}`, method, headers });
      const content = typeof body === 'string' ? body : JSON.stringify(body);
      if (content === undefined) sent.end();
      else sent.setHeader('Content-Length', Buffer.byteLength(content)).end(content);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const text = (await buffer(response)).toString();
      const { statusCode: status = 0, headers: answered } = response;
      const isJson = (answered['content-type'] ?? '').startsWith('application/json');
      const isObject = isJson && text.startsWith('{');
      return { status, headers: answered, text, body: isObject ? (JSON.parse(text) as Json) : {} };
    },
    close: () => agent.destroy(),
  };
}
