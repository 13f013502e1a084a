import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { BrokenTransfer, createFrameReader } from '../../src/files/frame-reader.js';
import { createFrameWriter } from '../../src/files/frame-writer.js';
import { frameHeader, MAX_FRAME_BYTES } from '../../src/files/frames.js';
import { failureOf } from '../worker-fixture.js';

const HEAD = Buffer.from('{"id":"request-1"}');
const frame = (kind: Parameters<typeof frameHeader>[0], payload: string | Buffer): Buffer => {
  const bytes = Buffer.from(payload);
  return Buffer.concat([frameHeader(kind, bytes.length), bytes]);
};
const end = (content: string, changes: Record<string, unknown> = {}): Buffer => {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return frame('end', JSON.stringify({ size: content.length, sha256, ...changes }));
};

async function* cutAt(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const size of [...sizes, bytes.length]) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function received(bytes: Buffer, sizes: readonly number[] = []) {
  const reader = createFrameReader(cutAt(bytes, sizes));
  const head = await reader.head();
  const chunks: Uint8Array[] = [];
  for await (const chunk of reader.content(({ error, reason }) => new Error(`${reason}: ${error}`))) {
    chunks.push(Uint8Array.from(chunk));
  }
  return { head: head.toString(), content: Buffer.concat(chunks) };
}

describe('a transfer', () => {
  it('arrives as it was sent, however it is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 30 }),
        async (chunks, sizes) => {
          const pipe = new PassThrough({ highWaterMark: 1_000_000 });
          const writer = createFrameWriter(pipe);
          await writer.head(HEAD.toString());
          for (const chunk of chunks) await writer.data(chunk);
          const sent = await writer.end();
          pipe.end();
          const bytes = Buffer.concat((await pipe.toArray()) as Buffer[]);
          const { head, content } = await received(bytes, sizes);
          expect(head).to.equal(HEAD.toString());
          expect(content.equals(Buffer.concat(chunks))).to.equal(true);
          expect(sent).to.deep.equal({
            size: content.length,
            sha256: createHash('sha256').update(content).digest('hex'),
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sends large data in frames of 256 KiB', async () => {
    const pipe = new PassThrough({ highWaterMark: 4_000_000 });
    const content = Buffer.alloc(MAX_FRAME_BYTES * 2 + 10, 7);
    const writer = createFrameWriter(pipe);
    await writer.head('{}');
    await writer.data(content);
    await writer.end();
    pipe.end();
    const bytes = Buffer.concat((await pipe.toArray()) as Buffer[]);
    expect((await received(bytes)).content.equals(content)).to.equal(true);
  });

  const broken: ReadonlyArray<readonly [string, Buffer, string]> = [
    ['nothing', Buffer.alloc(0), 'cut'],
    ['a head alone', frame('head', HEAD), 'cut'],
    ['no end', Buffer.concat([frame('head', HEAD), frame('data', 'abc')]), 'cut'],
    [
      'an end within a frame',
      Buffer.concat([frame('head', HEAD), frame('data', 'abc').subarray(0, 6)]),
      'malformed',
    ],
    [
      'less than was sent',
      Buffer.concat([frame('head', HEAD), frame('data', 'ab'), end('abc')]),
      'different',
    ],
    [
      'other bytes than were sent',
      Buffer.concat([frame('head', HEAD), frame('data', 'abX'), end('abc')]),
      'different',
    ],
    [
      'another size',
      Buffer.concat([frame('head', HEAD), frame('data', 'abc'), end('abc', { size: 4 })]),
      'different',
    ],
    ['no digest', Buffer.concat([frame('head', HEAD), frame('end', '{"size":0}')]), 'malformed'],
    ['data before the head', Buffer.concat([frame('data', 'abc'), end('abc')]), 'malformed'],
    ['two heads', Buffer.concat([frame('head', HEAD), frame('head', HEAD)]), 'malformed'],
    ['an unknown kind', Buffer.from([9, 0, 0, 0, 0]), 'malformed'],
    ['a frame that is too long', Buffer.from([1, 255, 255, 255, 255]), 'malformed'],
  ];
  for (const [what, bytes, problem] of broken) {
    it(`is broken with ${what}`, async () => {
      const failure = await failureOf(received(bytes));
      expect(failure).to.be.instanceOf(BrokenTransfer).with.property('problem', problem);
    });
  }

  it('tells what went wrong with its sender', async () => {
    const bytes = Buffer.concat([
      frame('head', HEAD),
      frame('data', 'abc'),
      frame('failure', '{"error":"the disk broke","reason":"file_failed"}'),
    ]);
    expect((await failureOf(received(bytes))).message).to.equal('file_failed: the disk broke');
  });
});
