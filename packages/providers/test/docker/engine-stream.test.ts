import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { demultiplex } from '../../src/docker/engine-stream.js';

function frame(type: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function collect(source: Readable): Promise<{ stdout: string; stderr: string }> {
  const output = { stdout: '', stderr: '' };
  for await (const { stream, chunk } of demultiplex(source)) output[stream] += chunk.toString('hex');
  return output;
}

describe('demultiplex', () => {
  it('takes the streams apart wherever the chunks are cut', async () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })));
    await fc.assert(
      fc.asyncProperty(frames, fc.integer({ min: 1, max: 17 }), async (parts, size) => {
        const bytes = Buffer.concat(parts.map(([type, payload]) => frame(type, payload)));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        const of = (wanted: number) =>
          parts
            .map(([type, payload]) => (type === wanted ? Buffer.from(payload).toString('hex') : ''))
            .join('');
        expect(await collect(Readable.from(chunks))).to.deep.equal({ stdout: of(1), stderr: of(2) });
      }),
    );
  });

  it('leaves out a stream that it does not know', async () => {
    const source = Readable.from([frame(7, Buffer.from('x')), frame(1, Buffer.from('y'))]);
    expect(await collect(source)).to.deep.equal({ stdout: '79', stderr: '' });
  });

  it('ends with a connection that breaks', async () => {
    async function* broken() {
      yield frame(1, Buffer.from('y')).subarray(0, 8);
      throw new Error('ECONNRESET');
    }
    expect(await collect(Readable.from(broken()))).to.deep.equal({ stdout: '', stderr: '' });
  });
});
