import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { createOutputCapture, type OutputPiece } from '../src/output-capture.js';
import type { OutputStream } from '../src/rpc-messages.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const textOf = (pieces: readonly OutputPiece[], stream: OutputStream): string =>
  pieces.map((piece) => (piece.stream === stream ? piece.data : '')).join('');

describe('createOutputCapture', () => {
  it('keeps each stream whole, however it comes and however rarely the order is kept', () => {
    const writes = fc.array(
      fc.record({ stream: fc.constantFrom('stdout', 'stderr'), bytes: fc.uint8Array({ maxLength: 6 }) }),
    );
    fc.assert(
      fc.property(writes, fc.integer({ min: 2, max: 9 }), (written, maxRuns) => {
        const capture = createOutputCapture(1_000_000, { maxRuns });
        for (const { stream, bytes } of written) capture.write(stream as OutputStream, bytes);
        const pieces = capture.end();
        for (const stream of ['stdout', 'stderr'] as const) {
          const all = Buffer.concat(
            written.filter((write) => write.stream === stream).map(({ bytes }) => bytes),
          );
          expect(textOf(pieces, stream)).to.equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(all));
        }
        expect(capture.truncated).to.equal(false);
      }),
    );
  });

  it('keeps the order of the streams', () => {
    const capture = createOutputCapture(100);
    capture.write('stdout', Buffer.from('a'));
    capture.write('stdout', Buffer.from('b'));
    capture.write('stderr', Buffer.from('c'));
    capture.write('stdout', Buffer.from('d'));
    expect(capture.end()).to.deep.equal([
      { stream: 'stdout', data: 'ab' },
      { stream: 'stderr', data: 'c' },
      { stream: 'stdout', data: 'd' },
    ]);
  });

  for (const maxRuns of [2, 4096]) {
    it(`takes no more memory than its limit for single bytes of both streams in turn (${maxRuns} runs)`, () => {
      const limitBytes = 1_000_000;
      const [one, other] = [Buffer.from('x'), Buffer.from('y')];
      collectGarbage();
      const before = process.memoryUsage();
      const capture = createOutputCapture(limitBytes, { maxRuns });
      for (let written = 0; written < limitBytes; written += 1) {
        capture.write('stdout', one);
        capture.write('stderr', other);
      }
      collectGarbage();
      const after = process.memoryUsage();
      const heldBytes = after.heapUsed + after.external - before.heapUsed - before.external;
      // Two buffers of 1 MiB and what keeps 4096 runs; a piece for each byte was 95 MiB.
      expect(heldBytes).to.be.lessThan(12_000_000);
      const pieces = capture.end();
      expect([textOf(pieces, 'stdout').length, textOf(pieces, 'stderr').length]).to.deep.equal([
        limitBytes,
        limitBytes,
      ]);
    });
  }
});
