/**
 * `invalid_pattern`: a pattern that is not written by the grammar; `position` says where. `invalid_rule`: another field of a rule is
 * not what it must be, or two rules share an id; `ruleId` says which. `invalid_value`: a text that is no image reference.
 */
export type PolicyErrorCode = 'invalid_pattern' | 'invalid_rule' | 'invalid_value';

/** What is known about where the fault lies. */
export interface PolicyErrorPlace {
  /** Index into the pattern, in UTF-16 code units from 0. */
  readonly position?: number | undefined;
  readonly ruleId?: string | undefined;
}

/** A rule, pattern or image reference that cannot be used. The message says what to change and quotes neither. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly position: number | undefined;
  readonly ruleId: string | undefined;

  constructor(
    readonly code: PolicyErrorCode,
    message: string,
    place: PolicyErrorPlace = {},
  ) {
    super(message);
    this.position = place.position;
    this.ruleId = place.ruleId;
  }
}
