import { expect } from 'chai';
import fc from 'fast-check';
import { messageTag } from '../../src/docker/exec-programs.js';
import { MessageScanner } from '../../src/docker/message-scanner.js';

const TAG = messageTag('0123456789abcdef01234567');

type Part = { readonly data: string } | { readonly message: string };

/** What a scanner makes of a text that arrives cut at these places; neighbouring data is joined. */
function scan(text: string, cuts: readonly number[]): readonly Part[] {
  const scanner = new MessageScanner(TAG);
  const bytes = Buffer.from(text, 'latin1');
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const found: Part[] = [];
  const take = (parts: ReturnType<MessageScanner['push']>) => {
    for (const part of parts) {
      const last = found.at(-1);
      if (part.kind === 'message') found.push({ message: part.text });
      else if (last !== undefined && 'data' in last) {
        found[found.length - 1] = { data: last.data + part.chunk.toString('latin1') };
      } else found.push({ data: part.chunk.toString('latin1') });
    }
  };
  for (const [index, place] of [0, ...places].entries())
    take(scanner.push(bytes.subarray(place, places[index])));
  take(scanner.flush());
  return found;
}

describe('MessageScanner', () => {
  it('finds messages among data wherever the chunks are cut', () => {
    const data = fc.oneof(
      fc.string({ minLength: 1, maxLength: 30, unit: 'binary-ascii' }),
      fc.integer({ min: 1, max: TAG.length - 1 }).map((length) => TAG.slice(0, length)),
    );
    const message = fc.constantFrom('begin', '0', '3', '137', '255');
    fc.assert(
      fc.property(fc.array(fc.tuple(data, message)), data, fc.array(fc.nat(500)), (pairs, end, cuts) => {
        const text = pairs.map(([before, status]) => `${before}${TAG}${status}\n`).join('') + end;
        const expected = [
          ...pairs.flatMap(([before, status]): Part[] => [{ data: before }, { message: status }]),
          { data: end },
        ];
        expect(scan(text, cuts)).to.deep.equal(expected);
      }),
    );
  });

  const texts: ReadonlyArray<readonly [what: string, text: string]> = [
    ['a tag without an end', `${TAG}0`],
    ['a tag with a long text', `${TAG}${'x'.repeat(40)}\n`],
    ['half a tag', TAG.slice(0, 9)],
  ];
  for (const [what, text] of texts) {
    it(`takes ${what} as data`, () => {
      for (let cut = 0; cut <= text.length; cut += 1) {
        expect(scan(text, [cut])).to.deep.equal([{ data: text }]);
      }
    });
  }
});
