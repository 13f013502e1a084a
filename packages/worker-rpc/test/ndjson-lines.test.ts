import { expect } from 'chai';
import fc from 'fast-check';
import { LineTooLong, readLines } from '../src/ndjson-lines.js';

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function linesOf(chunks: readonly Uint8Array[], limitBytes = 1000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(chunksOf(chunks), limitBytes)) lines.push(line.toString());
  return lines;
}

describe('readLines', () => {
  it('splits in the same places for every division into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string()), fc.array(fc.nat(8)), async (words, cuts) => {
        const lines = words.map((word) => word.replaceAll('\n', ' '));
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const chunks: Uint8Array[] = [];
        let start = 0;
        for (const length of [...cuts, bytes.length]) {
          chunks.push(bytes.subarray(start, start + length));
          start += length;
        }
        expect(await linesOf(chunks)).to.deep.equal(lines);
      }),
    );
  });

  it('accepts a last line without a line feed', async () => {
    expect(await linesOf([Buffer.from('a\nb')])).to.deep.equal(['a', 'b']);
  });

  for (const [what, chunks] of [
    ['in one chunk', ['12345678901\n']],
    ['in many chunks', ['12345', '67890', '1']],
    ['that ends in a later chunk', ['1234567890', '1\n']],
  ] as const) {
    it(`refuses a line over the limit ${what}`, async () => {
      const bytes = chunks.map((chunk) => Buffer.from(chunk));
      let failure: unknown;
      await linesOf(bytes, 10).catch((error: unknown) => {
        failure = error;
      });
      expect(failure).to.be.instanceOf(LineTooLong);
    });
  }

  it('accepts a line of exactly the limit', async () => {
    expect(await linesOf([Buffer.from('1234567890\n')], 10)).to.deep.equal(['1234567890']);
  });
});
