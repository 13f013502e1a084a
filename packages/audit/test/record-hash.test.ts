import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { chainRecord, EMPTY_CHAIN, GENESIS_HASH, recordHash } from '../src/index.js';
import { unchained } from './sample-chain.js';

describe('recordHash', () => {
  it('is SHA-256 over the documented text, so that another program can verify it', () => {
    const record = chainRecord(EMPTY_CHAIN, unchained());
    const { hash, ...rest } = record;
    const sorted = Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
    const text = `stacyvm-audit-record-v1\n${JSON.stringify(sorted)}`;
    expect(hash).to.equal(createHash('sha256').update(text).digest('hex'));
  });

  // Records that are stored must keep their hash for ever: this is what the first version made of this record.
  it('never changes', () => {
    expect(recordHash({ ...unchained(), sequence: 1, prev_hash: GENESIS_HASH })).to.equal(
      '3ea330f0b7598628d94e27b338136371034a145d3d1ab60dffaf3c219cc9fc60',
    );
  });

  it('covers every member', () => {
    const record = chainRecord(EMPTY_CHAIN, unchained());
    for (const [name, value] of Object.entries(record)) {
      if (name === 'hash') continue;
      const other =
        typeof value === 'number' ? value + 1 : typeof value === 'string' ? `${value}x` : { x: 1 };
      expect(recordHash({ ...record, [name]: other }), name).not.to.equal(record.hash);
    }
  });

  it('chains: each record names the one before', () => {
    const first = chainRecord(EMPTY_CHAIN, unchained());
    const second = chainRecord(first, unchained());
    expect([first.sequence, first.prev_hash]).to.deep.equal([1, GENESIS_HASH]);
    expect([second.sequence, second.prev_hash]).to.deep.equal([2, first.hash]);
  });
});
