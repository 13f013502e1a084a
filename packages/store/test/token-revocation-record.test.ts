import { expect } from 'chai';
import fc from 'fast-check';
import { StoreError } from '../src/errors.js';
import { mergeRevocations } from '../src/revocation-terms.js';
import { revocationFrom, revocationValues } from '../src/token-revocation-record.js';

const instant = fc.integer({ min: 0, max: 5 }).map((minutes) => new Date(minutes * 60_000));
const revocation = fc
  .record({
    issuedBefore: instant,
    expiresAt: fc.option(instant, { nil: undefined }),
    reason: fc.constantFrom('stolen', 'rotated'),
    revokedBy: fc.constantFrom('ann', 'bob'),
  })
  .map((given) => revocationValues({ kind: 'worker', subject: 'w', ...given }));

const stored = (values: ReturnType<typeof revocationValues>) => ({
  ...values,
  id: 'rv-1',
  created_at: new Date(0),
});
const endOf = (date: Date | null) => date?.getTime() ?? Number.POSITIVE_INFINITY;

describe('mergeRevocations', () => {
  it('never revokes less than either of the two', () => {
    fc.assert(
      fc.property(revocation, revocation, (first, second) => {
        const merged = mergeRevocations(stored(first), second) ?? first;
        for (const part of [first, second]) {
          expect(endOf(merged.issued_before)).to.be.at.least(endOf(part.issued_before));
          expect(endOf(merged.expires_at)).to.be.at.least(endOf(part.expires_at));
        }
        expect([first, second].map((part) => [part.reason, part.revoked_by])).to.deep.include([
          merged.reason,
          merged.revoked_by,
        ]);
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(revocation, revocation, (first, second) => {
        const merged = mergeRevocations(stored(first), second) ?? first;
        expect(mergeRevocations(stored(merged), second)).to.equal(undefined);
      }),
    );
  });

  it('keeps the reason of the one that reaches further', () => {
    const worker = (minute: number, reason: string) =>
      revocationValues({
        kind: 'worker',
        subject: 'w',
        issuedBefore: new Date(minute * 60_000),
        reason,
        revokedBy: reason,
      });
    expect(mergeRevocations(stored(worker(2, 'first')), worker(1, 'second'))).to.equal(undefined);
    expect(mergeRevocations(stored(worker(2, 'first')), worker(2, 'second'))?.reason).to.equal('second');
    expect(mergeRevocations(stored(worker(2, 'first')), worker(3, 'second'))?.reason).to.equal('second');
  });
});

describe('revocationFrom', () => {
  it('refuses a kind of another version', () => {
    const values = revocationValues({ kind: 'key', subject: 'k', reason: '', revokedBy: '' });
    expect(() => revocationFrom({ ...stored(values), kind: 'tenant' }))
      .to.throw(StoreError)
      .with.property('code', 'schema');
  });
});
