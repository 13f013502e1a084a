import type { Selectable } from 'kysely';
import { StoreError } from './errors.js';
import { recordedJson } from './recorded-text.js';
import type { TenantsTable } from './schema.js';

/** While it is `deleting` nothing new may be made for it. */
export type TenantState = 'active' | 'deleting';

export interface TenantRecord {
  readonly id: string;
  readonly name: string;
  /** Who asked for it; '' for nobody. Being the owner gives no rights. */
  readonly ownerId: string;
  /** Any JSON, for whoever manages tenants; nothing here reads it. */
  readonly settings: unknown;
  readonly state: TenantState;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const MAX_NAME_LENGTH = 200;
const MAX_OWNER_LENGTH = 128;
const MAX_SETTINGS_BYTES = 16 * 1024;

/** Whether it can be the id of a tenant: 1 to 128 of `A-Z a-z 0-9 . _ -`, the first a letter or a digit. */
export function isTenantId(text: string): boolean {
  return TENANT_ID.test(text);
}

/** @throws StoreError `invalid_input` */
export function requireTenantId(id: string): string {
  if (!isTenantId(id)) {
    throw invalid('id must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or a digit');
  }
  return id;
}

/** @throws StoreError `invalid_input` */
export function requireTenantName(name: string): string {
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH || /[\p{Cc}\p{Surrogate}]/u.test(name)) {
    throw invalid(`name must be a well-formed text of 1 to ${MAX_NAME_LENGTH} characters`);
  }
  return name;
}

/** @throws StoreError `invalid_input` */
export function requireTenantOwner(ownerId: string): string {
  if (ownerId.length > MAX_OWNER_LENGTH || /[\p{Cc}\p{Surrogate}]/u.test(ownerId)) {
    throw invalid(`owner_id must be a well-formed text of at most ${MAX_OWNER_LENGTH} characters`);
  }
  return ownerId;
}

/** @throws StoreError `invalid_input` */
export function tenantSettingsJson(settings: unknown): string {
  const json = JSON.stringify(settings) as string | undefined;
  if (json === undefined || Buffer.byteLength(json) > MAX_SETTINGS_BYTES) {
    throw invalid(`settings must be JSON of at most ${MAX_SETTINGS_BYTES} bytes`);
  }
  if (recordedJson(json) !== json) {
    throw invalid('settings must hold well-formed texts without NUL');
  }
  return json;
}

function invalid(message: string): StoreError {
  return new StoreError('invalid_input', `tenant: ${message}`);
}

export function tenantNotFound(id: string): StoreError {
  return new StoreError('not_found', `not found: tenant "${id}"`);
}

/** The check of the table holds what the type of the state says. */
export function tenantFrom(row: Selectable<TenantsTable>): TenantRecord {
  return {
    id: row.id,
    name: row.name,
    ownerId: row.owner_id,
    settings: row.settings,
    state: row.state as TenantState,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
