import type { CredentialSource } from './credential-source.js';
import { tokenOf } from './token-text.js';

/** Presents a token that was given once. */
export function staticCredentialSource(options: { readonly token: string }): CredentialSource {
  const token = tokenOf(options.token, 'the static token');
  return {
    describe: () => 'static token',
    credential: () => Promise.resolve({ token }),
  };
}
