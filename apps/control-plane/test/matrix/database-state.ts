import pg from 'pg';

/** What is written because somebody was there, whether it was let in or not. */
const OF_PRESENCE = [
  'audit_events',
  'audit_heads',
  'audit_sink_cursors',
  'audit_sinks',
  'audit_statements',
  'control_planes',
  'rate_buckets',
  // A worker's heartbeat of a while ago is written when its turn comes.
  'worker_credential_uses',
];
/** What the fleet does by itself while nobody asks for anything. */
const OF_ITSELF = [
  'last_heartbeat',
  'updated_at',
  'checked_at',
  'claimed_until',
  'last_seen',
  'count',
  // Who is refused for its role has used its key all the same.
  'last_used_at',
];

/** A digest of each table, by name. */
export type DatabaseState = Readonly<Record<string, string>>;

/** Everything that a database holds, to be compared with what it holds later. */
export interface DatabaseWatch {
  state(): Promise<DatabaseState>;
  /** What tells a tenant that somebody was there: the end of its audit, and when its keys were used. */
  traceIn(tenant: string): Promise<unknown>;
  close(): Promise<void>;
}

/** @param runningWorker the only worker that beats by itself */
export async function watchDatabase(dsn: string, runningWorker: string): Promise<DatabaseWatch> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  const { rows } = await client.query<{ readonly name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> all($1) order by 1`,
    [OF_PRESENCE],
  );
  // The worker that runs signs its next token at half life of the one before, and its row says when.
  const nextToken = `case t.id when $2 then '{credential,tokenIssuedAt}' else '{}' end::text[]`;
  const digests = rows.map(
    ({ name }) =>
      `(select md5(coalesce(string_agg(content, E'\\n' order by content), '')) from
         (select ((to_jsonb(t) - $1::text[])${name === 'workers' ? ` #- ${nextToken}` : ''})::text as content
            from "${name}" t) c) as "${name}"`,
  );
  return {
    async state() {
      const result = await client.query<DatabaseState>(`select ${digests.join(', ')}`, [
        OF_ITSELF,
        runningWorker,
      ]);
      return result.rows[0] ?? {};
    },
    async traceIn(tenant) {
      const audit = await client.query('select sequence, hash from audit_heads where tenant = $1', [tenant]);
      const keys = await client.query(
        'select id, last_used_at, revoked_at from api_keys where tenant_id = $1 order by id',
        [tenant],
      );
      return { audit: audit.rows, keys: keys.rows };
    },
    close: () => client.end(),
  };
}
