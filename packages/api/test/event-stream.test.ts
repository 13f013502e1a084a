import { expect } from 'chai';
import { readEventStream, type SandboxEvent } from '../src/event-stream.js';
import { ApiError } from '../src/index.js';

async function read(...chunks: readonly string[]): Promise<readonly SandboxEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
  const events: SandboxEvent[] = [];
  for await (const event of readEventStream(body)) events.push(event);
  return events;
}

describe('readEventStream', () => {
  const event = { id: 'evt-1-2', type: 'sandbox.running', timestamp: '2030-01-01T00:00:00.000Z' };
  const text = `id: evt-1-2\ndata: ${JSON.stringify(event)}\n\n`;

  it('reads events, in whatever pieces they come, and passes over what is none', async () => {
    expect(await read('retry: 2000\n\n: still here\n\n', text, text)).to.deep.equal([event, event]);
    expect(await read(...text)).to.deep.equal([event]);
  });

  it('leaves out one that was cut off', async () => {
    expect(await read(text, text.slice(0, -1))).to.deep.equal([event]);
  });

  for (const data of ['{', 'null', '{}', '"x"']) {
    it(`fails on an event that is none: ${data}`, async () => {
      const failure = await read(`data: ${data}\n\n`).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(ApiError).and.include({ kind: 'protocol' });
    });
  }
});
