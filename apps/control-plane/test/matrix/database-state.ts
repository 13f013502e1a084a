import pg from 'pg';

/** What is written because somebody was there, whether it was let in or not. */
const OF_PRESENCE = ['audit_events', 'audit_heads', 'audit_statements', 'control_planes', 'rate_buckets'];
/** What the fleet does by itself while nobody asks for anything. */
const OF_ITSELF = ['last_heartbeat', 'updated_at', 'checked_at', 'claimed_until', 'last_seen', 'count'];

/** A digest of each table, by name. */
export type DatabaseState = Readonly<Record<string, string>>;

/** Everything that a database holds, to be compared with what it holds later. */
export interface DatabaseWatch {
  /** `last_used_at` of API keys is left out unless told: who is refused for its role has used its key. */
  state(options?: { readonly keyUses?: boolean }): Promise<DatabaseState>;
  /** How long the audit of a tenant is. */
  auditLength(tenant: string): Promise<number>;
  close(): Promise<void>;
}

export async function watchDatabase(dsn: string): Promise<DatabaseWatch> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  const { rows } = await client.query<{ readonly name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> all($1) order by 1`,
    [OF_PRESENCE],
  );
  const digests = rows.map(
    ({ name }) =>
      `(select md5(coalesce(string_agg(content, E'\\n' order by content), '')) from
         (select (to_jsonb(t) - $1::text[])::text as content from "${name}" t) c) as "${name}"`,
  );
  return {
    async state({ keyUses = false } = {}) {
      const left = keyUses ? OF_ITSELF : [...OF_ITSELF, 'last_used_at'];
      const result = await client.query<DatabaseState>(`select ${digests.join(', ')}`, [left]);
      return result.rows[0] ?? {};
    },
    async auditLength(tenant) {
      const result = await client.query('select from audit_events where tenant = $1', [tenant]);
      return result.rowCount ?? 0;
    },
    close: () => client.end(),
  };
}
