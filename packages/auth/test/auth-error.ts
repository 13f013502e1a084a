import { expect } from 'chai';
import { AuthError, type AuthErrorCode } from '../src/errors.js';

/** Runs what must be refused, and gives the refusal. */
export async function refusalOf(run: () => unknown): Promise<AuthError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  return expect.fail('it was not refused');
}

export async function expectRefusal(code: AuthErrorCode, run: () => unknown): Promise<AuthError> {
  const error = await refusalOf(run);
  expect(`${error.code} (${error.detail ?? error.message})`).to.match(new RegExp(`^${code} `));
  return error;
}
