import { canonicalJson } from './canonical-json.js';
import type { AuditPublicKey, AuditSigningKey } from './signing-key.js';

export const STATEMENT_KINDS = ['checkpoint', 'anchor', 'head'] as const;

/**
 * `checkpoint`: so far the chain had come. `anchor`: everything up to here was pruned on purpose. `head`: so far the
 * chain had come when it was exported.
 */
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/** What is said, and signed, about a place in a chain. */
export interface AuditStatement {
  readonly statement: StatementKind;
  readonly version: 1;
  readonly tenant: string;
  readonly sequence: number;
  /** Of the record at that place. */
  readonly hash: string;
  readonly at: string;
  /** '' together with an empty signature: there was no key. */
  readonly key_id: string;
  /** Ed25519 in base64url over all other members. */
  readonly signature: string;
}

export type StatementContent = Pick<AuditStatement, 'statement' | 'tenant' | 'sequence' | 'hash' | 'at'>;

/** Keeps a signature of a statement apart from a signature of anything else. */
const DOMAIN = 'stacyvm-audit-statement-v1\n';

/** Makes a statement, unsigned when there is no key. */
export function makeStatement(content: StatementContent, key?: AuditSigningKey): AuditStatement {
  const said = { ...content, version: 1, key_id: key?.keyId ?? '' } as const;
  return { ...said, signature: key?.sign(signedText(said)) ?? '' };
}

/** Whether the key signed it. */
export function isSignedBy(statement: AuditStatement, key: AuditPublicKey): boolean {
  return statement.key_id === key.keyId && key.verify(signedText(statement), statement.signature);
}

function signedText(statement: Omit<AuditStatement, 'signature'>): string {
  const { signature: _signature, ...said } = statement as AuditStatement;
  return DOMAIN + canonicalJson(said);
}
