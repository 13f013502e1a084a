import { AuthError } from '../errors.js';

/** @param detail what is wrong with the form, for operators; it begins with `it` or `its` and quotes nothing */
export function malformedBearer(detail: string): AuthError {
  return new AuthError('bearer_malformed', 'the bearer token is malformed; get a new one', { detail });
}
