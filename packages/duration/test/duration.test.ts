import { expect } from 'chai';
import fc from 'fast-check';
import { DurationError, formatDuration, parseDuration } from '../src/index.js';

describe('parseDuration', () => {
  const accepted: ReadonlyArray<readonly [string, number]> = [
    ['0', 0],
    ['-0', 0],
    ['0s', 0],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['2.s', 2_000],
    ['250ms', 250],
    ['10us', 0.01],
    ['10µs', 0.01],
    ['10μs', 0.01],
    ['1000000ns', 1],
    ['+2s', 2_000],
    ['-2s', -2_000],
    ['2160h', 7_776_000_000],
  ];
  for (const [text, milliseconds] of accepted) {
    it(`reads ${text} as ${milliseconds} ms`, () => {
      expect(parseDuration(text)).to.be.closeTo(milliseconds, 1e-9);
    });
  }

  const refused: ReadonlyArray<readonly [string, string]> = [
    ['', 'empty'],
    ['5', 'missing_unit'],
    ['1h5', 'missing_unit'],
    ['zz', 'invalid'],
    ['1d', 'invalid'],
    ['1w', 'invalid'],
    ['.s', 'invalid'],
    ['-', 'invalid'],
    [' 5s', 'invalid'],
    ['5s ', 'invalid'],
    ['1e3s', 'invalid'],
    ['5S', 'invalid'],
    ['NaNs', 'invalid'],
    [`${'9'.repeat(60)}h`, 'out_of_range'],
    [`${'1s'.repeat(100)}`, 'invalid'],
  ];
  for (const [text, code] of refused) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))} as ${code}`, () => {
      expect(() => parseDuration(text))
        .to.throw(DurationError)
        .with.property('code', code);
    });
  }
});

describe('formatDuration', () => {
  const printed: ReadonlyArray<readonly [number, string]> = [
    [0, '0s'],
    [300, '300ms'],
    [1_500, '1.5s'],
    [30_000, '30s'],
    [300_000, '5m0s'],
    [3_600_000, '1h0m0s'],
    [86_400_000, '24h0m0s'],
    [0.25, '250µs'],
    [0.00025, '250ns'],
    [-2_000, '-2s'],
  ];
  for (const [milliseconds, text] of printed) {
    it(`prints ${milliseconds} ms as ${text}`, () => {
      expect(formatDuration(milliseconds)).to.equal(text);
    });
  }

  it('refuses what is not finite', () => {
    expect(() => formatDuration(Number.NaN)).to.throw(RangeError);
  });

  it('prints what parses back to the same duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).to.be.closeTo(milliseconds, 1e-3);
      }),
    );
  });
});
