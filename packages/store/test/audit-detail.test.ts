import { expect } from 'chai';
import fc from 'fast-check';
import { auditDetailJson, MAX_AUDIT_DETAIL_BYTES } from '../src/audit-detail.js';
import { StoreError } from '../src/errors.js';

describe('auditDetailJson', () => {
  it('leaves a detail that fits to the last byte alone', () => {
    const detail = { note: 'x'.repeat(MAX_AUDIT_DETAIL_BYTES - '{"note":""}'.length) };
    expect(auditDetailJson(detail)).to.equal(JSON.stringify(detail));
  });

  it('leaves out the members that do not fit, and says so', () => {
    const json = auditDetailJson({ first: 1, long: 'ü'.repeat(1024), last: [2], truncated: 'mine' });
    expect(JSON.parse(json)).to.deep.equal({ first: 1, last: [2], truncated: true });
  });

  it('is within its bytes, and keeps only members that were there, for any detail', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 900 }),
      fc.integer(),
      fc.constant(undefined),
    );
    const detail = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), value, { noNullPrototype: true });
    fc.assert(
      fc.property(detail, (given) => {
        const json = auditDetailJson(given);
        expect(Buffer.byteLength(json)).to.be.at.most(MAX_AUDIT_DETAIL_BYTES);
        const kept = JSON.parse(json) as Record<string, unknown>;
        if (kept['truncated'] !== true) {
          expect(Object.keys(kept).length).to.equal(
            Object.values(given).filter((member) => member !== undefined).length,
          );
        }
        for (const name of Object.keys(kept).filter((key) => key !== 'truncated')) {
          expect(given).to.have.property(name);
        }
      }),
    );
  });

  it('refuses what is no object in JSON', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const asObject = (value: unknown) => value as Record<string, unknown>;
    for (const detail of [circular, { big: 1n }, asObject([1]), asObject('text'), asObject(() => {})]) {
      expect(() => auditDetailJson(detail))
        .to.throw(StoreError)
        .with.property('code', 'invalid_input');
    }
  });
});
