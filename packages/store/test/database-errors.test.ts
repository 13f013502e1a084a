import { expect } from 'chai';
import { isConnectionLoss, storeErrorFrom } from '../src/database-errors.js';
import { StoreError, type StoreErrorCode } from '../src/errors.js';

const failure = (message: string, fields: Record<string, unknown> = {}): Error =>
  Object.assign(new Error(message), fields);

describe('storeErrorFrom', () => {
  const cases: ReadonlyArray<[string, unknown, StoreErrorCode]> = [
    ['an administrator ended the session', failure('x', { code: '57P01' }), 'unavailable'],
    ['the server crashed', failure('x', { code: '57P02' }), 'unavailable'],
    ['the server is starting', failure('x', { code: '57P03' }), 'unavailable'],
    ['the connection broke', failure('x', { code: '08006' }), 'unavailable'],
    ['there are too many connections', failure('x', { code: '53300' }), 'unavailable'],
    ['the statement took too long', failure('x', { code: '57014' }), 'unavailable'],
    ['a lock was not free in time', failure('x', { code: '55P03' }), 'unavailable'],
    ['the transaction idled too long', failure('x', { code: '25P03' }), 'unavailable'],
    ['nobody listens', failure('x', { code: 'ECONNREFUSED' }), 'unavailable'],
    ['the peer reset the connection', failure('x', { code: 'ECONNRESET' }), 'unavailable'],
    ['the name does not resolve', failure('x', { code: 'ENOTFOUND' }), 'unavailable'],
    [
      'every address of the host refused',
      new AggregateError([failure('x', { code: 'ECONNREFUSED' })]),
      'unavailable',
    ],
    ['the driver lost the connection', failure('Connection terminated unexpectedly'), 'unavailable'],
    ['the connection took too long', failure('timeout exceeded when trying to connect'), 'unavailable'],
    ['the driver waited too long', failure('Query read timeout'), 'unavailable'],
    ['the password is wrong', failure('x', { code: '28P01' }), 'unavailable'],
    ['the row exists', failure('x', { code: '23505', constraint: 'c' }), 'conflict'],
    ['two transactions deadlocked', failure('x', { code: '40P01' }), 'conflict'],
    ['two transactions could not be ordered', failure('x', { code: '40001' }), 'conflict'],
    ['the referenced row is missing', failure('x', { code: '23503' }), 'not_found'],
    ['a CHECK failed', failure('x', { code: '23514' }), 'invalid_input'],
    ['a value is missing', failure('x', { code: '23502' }), 'invalid_input'],
    ['text holds a zero byte', failure('x', { code: '22021' }), 'invalid_input'],
    ['a number is out of range', failure('x', { code: '22003' }), 'invalid_input'],
    ['a table is missing', failure('x', { code: '42P01' }), 'internal'],
    ['anything else', failure('x'), 'internal'],
    ['something that is no error', 'text', 'internal'],
  ];
  for (const [name, error, code] of cases) {
    it(`says ${code} when ${name}`, () => {
      const mapped = storeErrorFrom(error);
      expect(mapped).to.be.instanceOf(StoreError);
      expect(mapped.code).to.equal(code);
      expect(mapped.cause).to.equal(error);
    });
  }

  it('passes a StoreError unchanged', () => {
    const error = new StoreError('capacity', 'full', { limit: 'worker' });
    expect(storeErrorFrom(error)).to.equal(error);
  });

  it('names the violated constraint', () => {
    expect(storeErrorFrom(failure('x', { code: '23505', constraint: 'things_pkey' })).message).to.equal(
      'already exists (things_pkey)',
    );
  });
});

describe('isConnectionLoss', () => {
  it('is about the connection, not about the statement', () => {
    expect(isConnectionLoss(failure('x', { code: '57P01' }))).to.equal(true);
    expect(isConnectionLoss(failure('Query read timeout'))).to.equal(true);
    expect(isConnectionLoss(failure('x', { code: '57014' }))).to.equal(false);
    expect(isConnectionLoss(failure('x', { code: '23505' }))).to.equal(false);
  });
});
