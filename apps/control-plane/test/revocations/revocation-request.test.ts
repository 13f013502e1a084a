import { expect } from 'chai';
import { RequestError } from '../../src/http-errors.js';
import { revocationOf } from '../../src/revocations/revocation-request.js';

const now = new Date('2026-05-09T10:00:00.500Z');
const context = {
  revokedBy: 'admin:x',
  now,
  profile: 'strict',
  findIssuance: async () => undefined,
} as const;
const revoke = (issuedBefore: string) =>
  revocationOf({ worker_id: 'worker-a', issued_before: issuedBefore, reason: 'r' }, context);

describe('revocationOf', () => {
  const accepted: ReadonlyArray<readonly [string, string]> = [
    ['now', '2026-05-09T10:00:00.500Z'],
    ['2026-05-09T09:00:00Z', '2026-05-09T09:00:00.000Z'],
    ['2026-05-09T12:00:00+02:00', '2026-05-09T10:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2026-05-10T10:00:00Z', '2026-05-10T10:00:00.000Z'],
  ];
  for (const [text, moment] of accepted) {
    it(`reads issued_before ${text}`, async () => {
      expect((await revoke(text)).issuedBefore?.toISOString()).to.equal(moment);
    });
  }

  const refused: readonly string[] = [
    // It would be sent as a time of the year 10000, which no worker reads.
    '9999-12-31T23:59:59-01:00',
    '9999-12-31T23:59:59Z',
    '2026-05-11T10:00:01Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-05-09',
    'tomorrow',
  ];
  for (const text of refused) {
    it(`refuses issued_before ${text}`, async () => {
      const failure = await revoke(text).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure)
        .to.be.instanceOf(RequestError)
        .with.nested.property('problem.reason', 'issued_before_invalid');
    });
  }
});
