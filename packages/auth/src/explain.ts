import { AuthError } from './errors.js';
import type { Principal } from './principal.js';
import { CheckTrail, type CredentialExplanation, type Trail } from './trail.js';

/** Runs a verification and tells it check by check. What is no refusal is thrown. */
export async function explain(
  verification: (trail: Trail) => Promise<Principal>,
): Promise<CredentialExplanation> {
  const trail = new CheckTrail();
  try {
    return trail.accepted(await verification(trail));
  } catch (error) {
    if (error instanceof AuthError) return trail.refused(error);
    throw error;
  }
}
