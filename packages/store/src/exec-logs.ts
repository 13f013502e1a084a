import type { Kysely, Selectable } from 'kysely';
import { whenMissing } from './database-errors.js';
import { StoreError } from './errors.js';
import { exactNumber, requireCount, requireTime } from './input-rules.js';
import { newestNumberedFirst } from './newest-first.js';
import type { Page, PageRequest } from './page.js';
import { cutText } from './recorded-text.js';
import { sandboxNotFound } from './sandbox-record.js';
import type { ExecLogsTable, StoreSchema } from './schema.js';

/** Longer commands are stored up to this many characters. */
export const MAX_LOGGED_COMMAND_LENGTH = 2048;

export const EXEC_OUTCOMES = ['completed', 'timeout', 'failed', 'cancelled'] as const;

export type ExecOutcome = (typeof EXEC_OUTCOMES)[number];

export interface NewExecLog {
  readonly sandboxId: string;
  readonly command: string;
  readonly mode: string;
  /** null when the command did not end by itself. */
  readonly exitCode: number | null;
  readonly outcome: ExecOutcome;
  readonly durationMs: number;
  readonly startedAt: Date;
  readonly requestId: string;
}

export interface ExecLogRecord extends NewExecLog {
  readonly id: number;
}

export interface ExecLogRepository {
  /** @throws StoreError `not_found` when the sandbox does not exist, `invalid_input` */
  append(entry: NewExecLog): Promise<ExecLogRecord>;
  /** Newest first. */
  listBySandbox(sandboxId: string, request?: PageRequest): Promise<Page<ExecLogRecord>>;
}

export function createExecLogRepository(db: Kysely<StoreSchema>): ExecLogRepository {
  return {
    async append(entry) {
      const row = await db
        .insertInto('exec_logs')
        .values({
          sandbox_id: entry.sandboxId,
          command: cutText(entry.command, MAX_LOGGED_COMMAND_LENGTH),
          mode: entry.mode,
          exit_code: entry.exitCode,
          outcome: entry.outcome,
          duration_ms: requireCount(Math.round(entry.durationMs), 'durationMs'),
          started_at: requireTime(entry.startedAt, 'startedAt'),
          request_id: entry.requestId,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch(whenMissing(() => sandboxNotFound(entry.sandboxId)));
      return execLogFrom(row);
    },

    async listBySandbox(sandboxId, page = {}) {
      const query = db.selectFrom('exec_logs').selectAll().where('sandbox_id', '=', sandboxId);
      return newestNumberedFirst(query, page, execLogFrom);
    },
  };
}

function execLogFrom(row: Selectable<ExecLogsTable>): ExecLogRecord {
  const outcome = EXEC_OUTCOMES.find((known) => known === row.outcome);
  if (outcome === undefined) {
    throw new StoreError('schema', `unknown exec outcome "${row.outcome}" in the database`);
  }
  return {
    id: exactNumber(row.id, 'exec log id'),
    sandboxId: row.sandbox_id,
    command: row.command,
    mode: row.mode,
    exitCode: row.exit_code,
    outcome,
    durationMs: exactNumber(row.duration_ms, 'exec duration'),
    startedAt: row.started_at,
    requestId: row.request_id,
  };
}
