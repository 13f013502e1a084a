import type { AuthError, AuthErrorCode } from '../errors.js';
import type { Principal } from '../principal.js';

/** The checks of a bearer token, in their order. */
export const BEARER_CHECKS = [
  'form',
  'key',
  'signature',
  'issuer',
  'audience',
  'lifetime',
  'subject',
  'tenant',
  'groups',
  'role',
] as const;
export type BearerCheckName = (typeof BEARER_CHECKS)[number];

export interface BearerCheck {
  readonly name: BearerCheckName;
  readonly ok: boolean;
  /** What was found, for operators: it may show claims and what they were compared with, never the token. */
  readonly detail: string;
}

/** Every check up to the first that failed, and what comes of it. */
export type BearerExplanation =
  | { readonly accepted: true; readonly checks: readonly BearerCheck[]; readonly principal: Principal }
  | {
      readonly accepted: false;
      readonly checks: readonly BearerCheck[];
      readonly reason: AuthErrorCode;
      readonly message: string;
    };

/** Notes what each check of a token found, so that an explanation is the verification itself and no second opinion. */
export class CheckTrail {
  readonly #checks: BearerCheck[] = [];
  #current: BearerCheckName = 'form';

  begin(name: BearerCheckName): void {
    this.#current = name;
  }

  pass(detail: string): void {
    this.#checks.push({ name: this.#current, ok: true, detail });
  }

  accepted(principal: Principal): BearerExplanation {
    return { accepted: true, checks: this.#checks, principal };
  }

  refused({ code, message, detail }: AuthError): BearerExplanation {
    const failed = { name: this.#current, ok: false, detail: detail ?? message };
    return { accepted: false, checks: [...this.#checks, failed], reason: code, message };
  }
}
