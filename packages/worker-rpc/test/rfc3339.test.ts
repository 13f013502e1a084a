import { expect } from 'chai';
import { formatTime, formatTimeInSeconds, parseTime } from '../src/rfc3339.js';

describe('RFC 3339 times', () => {
  const read: ReadonlyArray<readonly [string, string]> = [
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123Z'],
    ['2026-01-02T03:04:05.5+02:00', '2026-01-02T01:04:05.500Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ];
  for (const [text, iso] of read) {
    it(`reads ${text}`, () => expect(parseTime(text)?.toISOString()).to.equal(iso));
  }

  const refused = [
    '',
    '2026-01-02',
    '2026-01-02 03:04:05Z',
    '2026-01-02T03:04:05',
    '2026-13-02T03:04:05Z',
    '5',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseTime(text)).to.equal(undefined));
  }

  const printed: ReadonlyArray<readonly [string, string, string]> = [
    ['2026-01-02T03:04:00.000Z', '2026-01-02T03:04:00Z', '2026-01-02T03:04:00Z'],
    ['2026-01-02T03:04:10.120Z', '2026-01-02T03:04:10.12Z', '2026-01-02T03:04:10Z'],
    ['2026-01-02T03:04:10.007Z', '2026-01-02T03:04:10.007Z', '2026-01-02T03:04:10Z'],
  ];
  for (const [iso, full, seconds] of printed) {
    it(`prints ${iso}`, () => {
      expect(formatTime(new Date(iso))).to.equal(full);
      expect(formatTimeInSeconds(new Date(iso))).to.equal(seconds);
    });
  }
});
