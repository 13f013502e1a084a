/** A tenant of the matrix; what the paths name belongs to A. */
export type TenantName = 'tn-a' | 'tn-b';

/** What a credential is, written down a second time beside the product. */
export type CallerRole = 'viewer' | 'api' | 'operator' | 'tenant_admin' | 'admin';

/** A refusal, as its status and reason. */
export type Refusal = readonly [status: 401 | 403 | 404, reason: string];

interface AnyCaller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Its credential is none, or good for nothing that is not public. */
export interface RefusedCaller extends AnyCaller {
  readonly kind: 'refused';
  readonly refusal: Refusal;
}

/** Somebody, with a role where it acts. */
export interface KnownCaller extends AnyCaller {
  readonly kind: 'known';
  readonly role: CallerRole;
  /** The tenant that it acts for. */
  readonly tenant?: TenantName;
  /** It belongs to the tenant; otherwise the platform's own looks into it. */
  readonly belongs?: boolean;
  /** A user whose token names no tenant: memberships alone decide. */
  readonly byMembership?: boolean;
  /** The one owner whose quota it may read. */
  readonly owner?: string;
}

/** A credential of the worker protocol, which is nothing to people's routes. */
export interface WorkerCaller extends AnyCaller {
  readonly kind: 'worker';
  readonly heartbeat: Refusal | 'granted';
  readonly lease: Refusal | 'granted';
  readonly enrol: Refusal | 'granted';
}

export type Caller = RefusedCaller | KnownCaller | WorkerCaller;
