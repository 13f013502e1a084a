import type { JsonSchema } from '../json-schema.js';

export const OIDC_ROLES = ['none', 'viewer', 'operator', 'api'] as const;

/** One member of `auth.oidc_issuers`. */
export interface OidcIssuer {
  /** Stands in the ids of its callers: `oidc:<name>:<sub>`. */
  readonly name: string;
  /** Exactly as the claim `iss` of its tokens. */
  readonly issuer: string;
  readonly audience?: string | undefined;
  /** Of the applications that send logouts; undefined: the audience. */
  readonly clientIds?: readonly string[] | undefined;
  readonly jwksUrl?: string | undefined;
  /** PEM, also when it was in a file of its own. */
  readonly publicKey?: string | undefined;
  readonly groupsClaim?: string | undefined;
  readonly tenantClaim?: string | undefined;
  /** The tenants that it may speak for; undefined: any, or none. */
  readonly tenants?: readonly string[] | undefined;
  readonly adminGroups?: readonly string[] | undefined;
  readonly operatorGroups?: readonly string[] | undefined;
  readonly viewerGroups?: readonly string[] | undefined;
  readonly defaultRole: (typeof OIDC_ROLES)[number];
}

export const MAX_OIDC_ISSUERS = 50;

/** 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends. */
export const OIDC_ISSUER_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const TEXT: JsonSchema = { type: 'string', minLength: 1 };
const TEXTS: JsonSchema = { type: 'array', items: TEXT };

const FIELDS = {
  name: { ...TEXT, pattern: OIDC_ISSUER_NAME.source },
  issuer: TEXT,
  audience: TEXT,
  client_ids: { ...TEXTS, minItems: 1 },
  jwks_url: TEXT,
  public_key: TEXT,
  public_key_file: TEXT,
  groups_claim: TEXT,
  tenant_claim: TEXT,
  tenants: { ...TEXTS, minItems: 1 },
  admin_groups: TEXTS,
  operator_groups: TEXTS,
  viewer_groups: TEXTS,
  default_role: { type: 'string', enum: OIDC_ROLES },
} as const;

/** The fields as a file has them. */
export const OIDC_ISSUER_FIELDS: readonly string[] = Object.keys(FIELDS);

export const OIDC_ISSUER_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['name', 'issuer'],
  additionalProperties: false,
  properties: FIELDS,
};
