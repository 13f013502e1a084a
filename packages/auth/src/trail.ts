import type { AuthError, AuthErrorCode } from './errors.js';
import type { Principal } from './principal.js';

/** What is checked of a credential; which of them, and in which order, depends on its kind. */
export type CredentialCheckName =
  | 'form'
  | 'key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'lifetime'
  | 'subject'
  | 'revocation'
  | 'tenant'
  | 'groups'
  | 'role';

export interface CredentialCheck {
  readonly name: CredentialCheckName;
  readonly ok: boolean;
  /** What was found, for operators: it may show claims and what they were compared with, never the credential. */
  readonly detail: string;
}

/** Every check up to the first that failed, and what comes of it. */
export type CredentialExplanation =
  | { readonly accepted: true; readonly checks: readonly CredentialCheck[]; readonly principal: Principal }
  | {
      readonly accepted: false;
      readonly checks: readonly CredentialCheck[];
      readonly reason: AuthErrorCode;
      readonly message: string;
    };

/** Where checks note what they found, so that an explanation is the verification itself and no second opinion. */
export interface Trail {
  begin(name: CredentialCheckName): void;
  pass(detail: string): void;
}

/** For a verification that nobody wants explained. */
export const NO_TRAIL: Trail = { begin() {}, pass() {} };

/** Notes everything. */
export class CheckTrail implements Trail {
  readonly #checks: CredentialCheck[] = [];
  #current: CredentialCheckName = 'form';

  begin(name: CredentialCheckName): void {
    this.#current = name;
  }

  pass(detail: string): void {
    this.#checks.push({ name: this.#current, ok: true, detail });
  }

  accepted(principal: Principal): CredentialExplanation {
    return { accepted: true, checks: this.#checks, principal };
  }

  refused({ code, message, detail }: AuthError): CredentialExplanation {
    const failed = { name: this.#current, ok: false, detail: detail ?? message };
    return { accepted: false, checks: [...this.#checks, failed], reason: code, message };
  }
}
