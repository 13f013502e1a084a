import { ApiError } from './errors.js';
import type { components } from './generated/contract.js';
import { textLines } from './text-lines.js';

export type SandboxEvent = components['schemas']['SandboxEvent'];

/** Reads server-sent events (HTML, section 9.2.6), as far as the control plane sends them. @throws ApiError `protocol`, `unreachable`, `cancelled` */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<SandboxEvent> {
  let data = '';
  for await (const line of textLines(body)) {
    if (line.startsWith('data:')) data += line.slice(5);
    else if (line === '' && data !== '') {
      yield parse(data);
      data = '';
    }
  }
}

function parse(data: string): SandboxEvent {
  try {
    const event: unknown = JSON.parse(data);
    if (typeof event === 'object' && event !== null && 'type' in event && 'id' in event)
      return event as SandboxEvent;
  } catch (error) {
    throw new ApiError('protocol', 'the stream has an event that is not JSON', {}, { cause: error });
  }
  throw new ApiError('protocol', 'the stream has an event without a type');
}
