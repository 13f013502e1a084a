import type { Origin } from './origin.js';
import type { SourcedValues } from './sourced-values.js';

/** Adds the values that follow from others, where they are not set. Secrets have been read from their files. */
export function deriveValues(values: SourcedValues): void {
  inferDatabaseDriver(values);
  inferAuthEnabled(values);
}

/** Whoever names a database means it. */
function inferDatabaseDriver(values: SourcedValues): void {
  if (values.has('database.driver')) return;
  const origin: Origin = { kind: 'derived', name: 'database.dsn' };
  if (values.has('database.dsn')) values.set('database.driver', { value: 'postgres', origin, baseDir: '' });
}

/** Whoever sets a key of callers, or OIDC, wants it demanded. */
function inferAuthEnabled(values: SourcedValues): void {
  if (values.has('auth.enabled')) return;
  const reason = (['auth.api_key', 'auth.admin_api_key', 'auth.oidc_enabled'] as const).find(
    (key) => values.has(key) && values.get(key)?.value !== false,
  );
  if (reason === undefined) return;
  values.set('auth.enabled', { value: true, origin: { kind: 'derived', name: reason }, baseDir: '' });
}
