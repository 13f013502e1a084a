import { expect } from 'chai';
import { OrchestratorError, type OrchestratorErrorCode } from '../src/index.js';

/** The OrchestratorError that a promise is rejected with; anything else fails the test. */
export async function rejection(
  work: Promise<unknown>,
  code: OrchestratorErrorCode,
): Promise<OrchestratorError> {
  const error = await failureOf(work);
  expect(error, String(error)).to.be.instanceOf(OrchestratorError);
  const failure = error as OrchestratorError;
  expect(failure.code, failure.message).to.equal(code);
  return failure;
}

/** What a promise is rejected with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await work;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
}

/** The OrchestratorError that a call throws at once. */
export function refusal(work: () => unknown): OrchestratorError {
  try {
    work();
  } catch (error) {
    if (error instanceof OrchestratorError) return error;
    throw error;
  }
  throw new Error('expected an OrchestratorError');
}
