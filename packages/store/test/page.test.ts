import { expect } from 'chai';
import fc from 'fast-check';
import { StoreError } from '../src/errors.js';
import { decodeTimeCursor, encodeTimeCursor, pageLimit, pageOf, serialCursor } from '../src/page.js';

describe('pageLimit', () => {
  it('is 100 unless told and never above 1000', () => {
    expect(pageLimit(undefined)).to.equal(100);
    expect(pageLimit(1)).to.equal(1);
    expect(pageLimit(1000)).to.equal(1000);
    expect(pageLimit(1001)).to.equal(1000);
  });

  for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses ${limit}`, () => {
      expect(() => pageLimit(limit))
        .to.throw(StoreError)
        .with.property('code', 'invalid_input');
    });
  }
});

describe('pageOf', () => {
  it('has a cursor exactly when a row beyond the limit was read', () => {
    expect(pageOf(['a', 'b', 'c'], 2, (row) => row)).to.deep.equal({ items: ['a', 'b'], nextCursor: 'b' });
    expect(pageOf(['a', 'b'], 2, (row) => row)).to.deep.equal({ items: ['a', 'b'] });
    expect(pageOf([], 2, (row: string) => row)).to.deep.equal({ items: [] });
  });
});

describe('serialCursor', () => {
  it('takes what a bigint holds in decimal digits', () => {
    expect(serialCursor('0')).to.equal('0');
    expect(serialCursor('9'.repeat(18))).to.equal('9'.repeat(18));
  });

  for (const text of ['', ' 1', '1\n', '-1', '1e3', '0x1', '9'.repeat(19), '1 or 1=1']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => serialCursor(text))
        .to.throw(StoreError)
        .with.property('code', 'invalid_input');
    });
  }
});

describe('time cursor', () => {
  it('survives the way out and back for any time and id', () => {
    const id = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), id, (at, text) => {
        expect(decodeTimeCursor(encodeTimeCursor({ at, id: text }))).to.deep.equal({ at, id: text });
      }),
    );
  });

  it('refuses any other text with invalid_input, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          decodeTimeCursor(text);
        } catch (error) {
          expect(error).to.be.instanceOf(StoreError).with.property('code', 'invalid_input');
        }
      }),
    );
  });
});
