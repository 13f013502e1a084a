import type { components } from '@stacyvm/api';
import { formatDuration } from '@stacyvm/duration';
import type { Logger } from '@stacyvm/logging';
import type { ExecInSandbox, ExecRequest, Orchestrator } from '@stacyvm/orchestrator';
import type { Request, Response } from 'express';
import type { HeldAnswers } from '../held-answers.js';
import { problemOf, RequestError } from '../http-errors.js';
import { endWith, pacedWrite } from '../paced-write.js';
import { contextOf, reachOf } from '../request-context.js';
import { answerContext } from './answer-context.js';
import { type Handlers, handle, pathParameter } from './handler.js';

type ExecBody = components['schemas']['ExecRequest'];

/** How long the reader of a stream may take nothing before it counts as gone. */
const READER_STALL_MS = 300_000;

export function execHandlers(
  orchestrator: Pick<Orchestrator, 'within'>,
  logger: Logger,
  answers: Pick<HeldAnswers, 'reserveFor'>,
  readerStallMs = READER_STALL_MS,
): Handlers<'execInSandbox'> {
  return {
    execInSandbox: handle(async (request, response) => {
      const body = request.body as ExecBody;
      const id = pathParameter(request, 'id');
      const { exec } = orchestrator.within(reachOf(request));
      if (body.stream) await stream({ exec, logger, readerStallMs }, id, body, request, response);
      else {
        const result = await exec.run(id, execRequest(body), answerContext(request, response, answers));
        noteExit(request, result.exitCode);
        response.json({
          exit_code: result.exitCode,
          stdout: result.stdout,
          stderr: result.stderr,
          duration: formatDuration(result.durationMs),
          ...(result.truncated ? { truncated: true } : {}),
        });
      }
    }),
  };
}

/** One record as one line for every kind of line reader: the separators that JSON allows in a text are escaped. */
function ndjson(record: unknown): string {
  const escaped = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(record).replace(/[<>&\u0085\u2028\u2029]/g, escaped);
}

interface StreamOptions {
  readonly exec: ExecInSandbox;
  readonly logger: Logger;
  readonly readerStallMs: number;
}

/** Writes NDJSON. Until the program is accepted an error is an ordinary answer, afterwards it is the last line. */
async function stream(
  { exec, logger, readerStallMs }: StreamOptions,
  id: string,
  body: ExecBody,
  request: Request,
  response: Response,
): Promise<void> {
  const context = contextOf(request);
  const pace = { stallMs: readerStallMs, gone: context.signal };
  const write = (record: unknown): Promise<void> => pacedWrite(response, `${ndjson(record)}\n`, pace);
  const onStart = (): void => {
    response
      .status(200)
      .setHeader('Content-Type', 'application/x-ndjson')
      .setHeader('Cache-Control', 'no-cache');
    response.flushHeaders();
  };
  try {
    const end = await exec.stream(id, execRequest(body), context, { onStart, onOutput: write });
    noteExit(request, end.exitCode);
    if (body.exit_record) {
      await write({ exit: { exit_code: end.exitCode, duration: formatDuration(end.durationMs) } });
    }
  } catch (error) {
    if (!response.headersSent) throw error;
    const { revoked, requestId } = context;
    const { status, code, message, reason } = problemOf(revoked?.error ?? error);
    const record = body.exit_record
      ? { error: { code, message, reason, request_id: requestId } }
      : { stream: 'stderr', data: `${message}\n` };
    // The answer has begun, so that its status does not tell.
    if (revoked !== undefined) {
      context.attempt?.note({ outcome: 'denied', reason, detail: { refusal: revoked.refusal } });
      endWith(response, `${ndjson(record)}\n`);
      return;
    }
    context.attempt?.note({ outcome: 'failure', reason: context.signal.aborted ? 'caller_gone' : reason });
    if (context.signal.aborted) return;
    if (status >= 500) logger.error('request failed', { request_id: requestId, reason, error });
    await write(record);
  }
  response.end();
}

function noteExit(request: Request, exitCode: number): void {
  contextOf(request).attempt?.note({ detail: { exit_code: exitCode } });
}

function execRequest(body: ExecBody): ExecRequest {
  return {
    command: body.command ?? '',
    args: body.args,
    mode: body.mode === '' ? undefined : body.mode,
    env: body.env,
    workdir: body.workdir,
    timeout: body.timeout,
    stdin: body.stdin === undefined ? undefined : decodeStdin(body.stdin, body.stdin_encoding),
  };
}

function decodeStdin(text: string, encoding: ExecBody['stdin_encoding']): Uint8Array {
  if (encoding !== 'base64') return Buffer.from(text, 'utf8');
  // One class alone: a pattern of groups remembers each of them, and runs out of stack on megabytes.
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new RequestError({
      status: 400,
      code: 'BAD_REQUEST',
      reason: 'invalid_request',
      message: 'stdin: is not base64',
    });
  }
  return Buffer.from(text, 'base64');
}
