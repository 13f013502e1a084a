import { expect } from 'chai';
import fc from 'fast-check';
import { createOutputTextDecoder } from '../src/output-text.js';

describe('createOutputTextDecoder', () => {
  it('gives the same text for every division into chunks', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }).map((whole) => Buffer.from(whole)),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(20)), (bytes, cuts) => {
        const decoder = createOutputTextDecoder();
        const pieces: string[] = [];
        let start = 0;
        for (const length of [...cuts, bytes.length]) {
          pieces.push(...decoder.decode(bytes.subarray(start, start + length)));
          start += length;
        }
        pieces.push(...decoder.end());
        expect(pieces.join('')).to.equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
    );
  });

  it('cuts long text into pieces, never through a character', () => {
    const text = `x${'😀'.repeat(40_000)}`;
    const pieces = createOutputTextDecoder().decode(Buffer.from(text));
    expect(pieces.join('')).to.equal(text);
    expect(Math.max(...pieces.map((piece) => piece.length))).to.be.at.most(32_768);
    expect(pieces.every((piece) => !/[\ud800-\udbff]$/.test(piece))).to.equal(true);
  });
});
