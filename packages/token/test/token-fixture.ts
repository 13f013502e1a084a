import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { WorkerTokenError, type WorkerTokenErrorCode } from '../src/index.js';

export const MASTER_KEY = 'master-key-of-the-tests-0123456789abcdef';
export const PREVIOUS_KEY = 'previous-key-of-the-tests-fedcba9876543210';
export const FOREIGN_KEY = 'key-that-is-in-no-keyring-0123456789abcdef';

/** 2026-05-09T10:00:00Z in milliseconds. */
export const NOW = 1_778_320_800_000;

/** Signs any bytes as a payload, whatever they say, with node:crypto alone. */
export function signPayload(payload: string | Uint8Array, key = MASTER_KEY): string {
  return signSegment(Buffer.from(payload).toString('base64url'), key);
}

/** Signs any text as a payload segment. */
export function signSegment(segment: string, key = MASTER_KEY): string {
  const signedText = `stacyvm-worker-v1.${segment}`;
  return `${signedText}.${createHmac('sha256', key).update(signedText).digest('base64url')}`;
}

/** Runs something that must be refused; returns the error. */
export function refusal(action: () => unknown, code?: WorkerTokenErrorCode): WorkerTokenError {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    expect(error).to.be.instanceOf(WorkerTokenError);
    if (!(error instanceof WorkerTokenError)) throw error;
    if (code !== undefined) expect(error.code).to.equal(code);
    return error;
  }
  return expect.fail(`was not refused but gave ${typeof result}`);
}
