import { CredentialError } from './errors.js';

/** A token is one word of printable ASCII: anything else could not be sent in a header. */
export function tokenOf(text: string, source: string): string {
  const token = text.trim();
  if (token === '') throw new CredentialError('credential_empty', `${source} is empty`);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new CredentialError('credential_malformed', `${source} does not hold one token of printable ASCII`);
  }
  return token;
}
