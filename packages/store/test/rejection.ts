import { expect } from 'chai';
import { StoreError, type StoreErrorCode } from '../src/index.js';

/** The StoreError a promise is rejected with; anything else fails the test. */
export async function rejection(work: Promise<unknown>, code: StoreErrorCode): Promise<StoreError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, 'expected a rejection').to.be.instanceOf(StoreError);
  const failure = error as StoreError;
  expect(failure.code, failure.message).to.equal(code);
  return failure;
}
