import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AuditRecord,
  chainRecord,
  exportLine,
  generateSigningKey,
  readSigningKey,
  recordHash,
  type Verification,
  verifySink,
} from '../src/index.js';
import { chainOf, statementOn, unchained } from './sample-chain.js';

const CHAIN = chainOf(8);
const OTHER = chainOf(3, undefined, 'tn-2');
const at = (...places: readonly number[]): readonly AuditRecord[] => places.map((place) => CHAIN[place - 1]!);
const verify = (records: readonly AuditRecord[]) => verifySink(records.map(exportLine));
const codesOf = ({ problems }: Verification) => problems.map(({ code, sequence }) => `${code} ${sequence}`);
/** As somebody makes it who can write to the file: it has the hash of what it is. */
const forged = (place: number): AuditRecord => {
  const record = { ...CHAIN[place - 1]!, reason: 'something else' };
  return { ...record, hash: recordHash(record) };
};

describe('verifySink', () => {
  it('takes chains among each other, and such as begin later', async () => {
    const report = await verify([...at(3, 4), ...OTHER.slice(0, 1), ...at(5), ...OTHER.slice(1)]);
    expect(report).to.include({ intact: true, problemCount: 0, tornLines: 0, signaturesChecked: false });
    expect(report.chains).to.deep.equal([
      { tenant: 'tn-1', events: 3, prunedTo: 2, signatures: 0, repeated: 0 },
      { tenant: 'tn-2', events: 3, prunedTo: 0, signatures: 0, repeated: 0 },
    ]);
  });

  for (const [what, places, repeated] of [
    ['that go on', [1, 2, 3, 4, 2, 3, 4, 5, 6], 3],
    ['that are cut off, and begin again', [1, 2, 3, 4, 2, 3, 2, 3, 4, 5], 5],
    ['that are cut off, and begin later', [1, 2, 3, 4, 5, 2, 3, 4, 3, 4, 5], 6],
    ['that go on after a while', [1, 2, 3, 4, 2, 3, 4], 3],
    ['of what was before the file', [4, 5, 1, 2, 3, 4, 5, 6], 5],
    ['of two senders', [1, 2, 3, 2, 4, 3, 5, 4, 6, 5, 6], 5],
  ] as const) {
    it(`takes repetitions ${what}`, async () => {
      const report = await verify(at(...places));
      expect(report.problems).to.deep.equal([]);
      expect(report.chains[0]).to.include({ repeated });
    });
  }

  it('takes half a line of a process that was killed, and counts it', async () => {
    const [one, two] = at(1, 2).map(exportLine) as [string, string];
    expect(await verifySink([one, two.slice(0, 50), two])).to.include({ intact: true, tornLines: 1 });
  });

  const changed = { ...CHAIN[1]!, reason: 'something else' };
  for (const [what, records, codes] of [
    ['a record that was changed', [...at(1), changed, ...at(3)], ['changed 2']],
    ['one that has another hash as well', [...at(1), forged(2), ...at(3)], ['broken_link 3']],
    ['a record that is missing', at(1, 2, 4), ['removed 3']],
    [
      'a record that does not follow',
      [...at(1), chainRecord(CHAIN[0]!, unchained()), ...at(3)],
      ['broken_link 3'],
    ],
    ['a repetition of something else', [...at(1, 2, 3), forged(3)], ['added 3']],
    ['one that goes on with what was there', [...at(1, 2, 3), forged(2), ...at(3)], ['broken_link 3']],
    ['one that is cut off', [...at(1, 2, 3, 4), forged(2), ...at(5)], ['added 2']],
    ['one that another one contradicts', [...at(1, 2, 3, 4), forged(2), ...at(1, 2, 3, 4)], ['added 2']],
    ['a repetition with a gap', at(1, 2, 3, 4, 1, 3, 4), ['added 1']],
  ] as const) {
    it(`finds ${what}`, async () => expect(codesOf(await verify(records))).to.deep.equal(codes));
  }

  it('finds lines that no sink gets', async () => {
    const [one] = at(1).map(exportLine) as [string];
    const head = statementOn('head', CHAIN[0]!, readSigningKey(generateSigningKey()));
    expect(codesOf(await verifySink([one, head]))).to.deep.equal(['added 1']);
    expect(codesOf(await verifySink([one, '{}']))).to.deep.equal(['malformed undefined']);
    expect(codesOf(await verifySink([]))).to.deep.equal(['truncated undefined']);
    const many = await verifySink([one, ...Array.from({ length: 150 }, () => '{}')]);
    expect([many.problemCount, many.problems.length]).to.deep.equal([150, 100]);
  });

  it('takes whatever a sender makes of crashes, and finds any record that is exchanged in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ sent: fc.integer({ min: 1, max: 8 }), kept: fc.nat({ max: 8 }) }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.nat(),
        async (runs, pick) => {
          let cursor = 0;
          const places: number[] = [];
          // Each run begins behind the cursor, sends something, and remembers some of it; the last one ends the chain.
          for (const { sent, kept } of [...runs, { sent: 8, kept: 8 }]) {
            const run = Array.from({ length: sent }, (_, n) => cursor + 1 + n).filter((place) => place <= 8);
            places.push(...run);
            cursor += Math.min(kept, run.length);
          }
          const records = at(...places);
          expect((await verify(records)).problems).to.deep.equal([]);
          const index = pick % records.length;
          const exchanged = records.map((record, n) => (n === index ? forged(record.sequence) : record));
          // The last one has nothing behind it that it contradicts, unless it was there before.
          const isOnlyEnd =
            records[index]!.sequence === 8 && places.filter((place) => place === 8).length === 1;
          expect((await verify(exchanged)).intact).to.equal(isOnlyEnd);
        },
      ),
    );
  });
});
