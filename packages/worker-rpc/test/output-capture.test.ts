import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { createOutputCapture, FREE_STREAM_BYTES, type OutputPiece } from '../src/output-capture.js';
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

  it('keeps each stream whole and in order across the blocks that hold it', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(sizes, (written) => {
        const capture = createOutputCapture(2_000_000);
        const text = 'äöü€😀 and so on; ';
        const all = { stdout: '', stderr: '' };
        let order = '';
        for (const [turn, size] of written.entries()) {
          const stream = turn % 3 === 2 ? 'stderr' : 'stdout';
          const data = `${turn}:${text.repeat(Math.ceil(size / text.length))}`;
          // In two parts, wherever that cuts a character.
          const bytes = Buffer.from(data);
          capture.write(stream, bytes.subarray(0, size));
          capture.write(stream, bytes.subarray(size));
          all[stream] += data;
          order += data;
        }
        const pieces = capture.end();
        expect(pieces.map(({ data }) => data).join('')).to.equal(order);
        expect(textOf(pieces, 'stdout')).to.equal(all.stdout);
        expect(textOf(pieces, 'stderr')).to.equal(all.stderr);
      }),
      { numRuns: 40 },
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

  describe('when room is scarce', () => {
    const chunk = (bytes: number, byte = 'x') => Buffer.alloc(bytes, byte);

    it('keeps 256 KiB of each stream without room, drops the rest and says so', () => {
      const capture = createOutputCapture(1_000_000, { take: () => false });
      capture.write('stdout', chunk(400_000));
      capture.write('stderr', chunk(FREE_STREAM_BYTES));
      const pieces = capture.end();
      expect(textOf(pieces, 'stdout')).to.equal('x'.repeat(FREE_STREAM_BYTES));
      expect(textOf(pieces, 'stderr').length).to.equal(FREE_STREAM_BYTES);
      expect(capture.truncated).to.equal(true);
    });

    it('keeps the beginning alone, also when there is room again', () => {
      let room = 0;
      const capture = createOutputCapture(1_000_000, { take: (bytes) => bytes <= room });
      capture.write('stdout', chunk(FREE_STREAM_BYTES, 'a'));
      capture.write('stdout', chunk(1, 'b'));
      room = 1_000_000;
      capture.write('stdout', chunk(1, 'c'));
      expect(textOf(capture.end(), 'stdout')).to.equal('a'.repeat(FREE_STREAM_BYTES));
      expect(capture.truncated).to.equal(true);
    });

    it('holds no more bytes than it took room for, however the output comes', () => {
      const sizes = fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 12 });
      fc.assert(
        fc.property(sizes, sizes, fc.integer({ min: 0, max: 600_000 }), (out, err, room) => {
          let taken = 0;
          const take = (bytes: number): boolean => {
            if (taken + bytes > room) return false;
            taken += bytes;
            return true;
          };
          const capture = createOutputCapture(1_000_000, { take });
          for (let turn = 0; turn < Math.max(out.length, err.length); turn += 1) {
            capture.write('stdout', chunk(out[turn] ?? 0));
            capture.write('stderr', chunk(err[turn] ?? 0));
          }
          const whileRunning = taken;
          const pieces = capture.end();
          const kept = { stdout: textOf(pieces, 'stdout').length, stderr: textOf(pieces, 'stderr').length };
          const beyond = (bytes: number) => Math.max(bytes - FREE_STREAM_BYTES, 0);
          expect(beyond(kept.stdout) + beyond(kept.stderr)).to.be.at.most(whileRunning);
          expect(taken, 'plain text is as long as JSON').to.equal(whileRunning);
          const written = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
          const isWhole = kept.stdout === written(out) && kept.stderr === written(err);
          expect(capture.truncated).to.equal(!isWhole);
        }),
        { numRuns: 60 },
      );
    });

    it('takes room for JSON that is longer than the bytes, and cuts it where there is none', () => {
      const binary = chunk(300_000, '\u0001');
      const taken: number[] = [];
      const roomy = createOutputCapture(1_000_000, { take: (bytes) => taken.push(bytes) > 0 });
      roomy.write('stdout', binary);
      expect(textOf(roomy.end(), 'stdout').length).to.equal(300_000);
      const encoded = 6 * 300_000;
      expect(taken.reduce((sum, bytes) => sum + bytes, 0)).to.be.within(
        encoded - 2 * FREE_STREAM_BYTES,
        encoded,
      );

      let running = true;
      const cramped = createOutputCapture(1_000_000, { take: () => running });
      cramped.write('stdout', binary);
      running = false;
      const kept = textOf(cramped.end(), 'stdout').length;
      expect(kept).to.be.greaterThan(0);
      expect(6 * kept).to.be.at.most(2 * FREE_STREAM_BYTES + 64 * 1024);
      expect(cramped.truncated).to.equal(true);
    });

    it('forgets everything when it is discarded, and takes no room any more', () => {
      const asked: number[] = [];
      const capture = createOutputCapture(1_000_000, { take: (bytes) => asked.push(bytes) > 0 });
      capture.write('stdout', chunk(400_000));
      const before = asked.length;
      capture.discard();
      capture.write('stdout', chunk(400_000));
      expect(asked.length).to.equal(before);
      expect(textOf(capture.end(), 'stdout')).to.equal('');
    });
  });
});
