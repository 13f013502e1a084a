import { ApiError } from './errors.js';
import type { components } from './generated/contract.js';
import { readLines } from './lines.js';

type Schemas = components['schemas'];
export type ExecOutput = Schemas['ExecChunk'];
export type ExecExit = Schemas['ExecExitRecord']['exit'];

/**
 * Reads the NDJSON of a streaming exec up to its exit record.
 *
 * @param onOutput is awaited for every chunk, so a slow reader slows the program down
 * @throws ApiError `refused` when the stream ends with an error record, `protocol` when it is cut or is not NDJSON
 */
export async function readExecStream(
  body: ReadableStream<Uint8Array>,
  onOutput: (output: ExecOutput) => void | Promise<void>,
): Promise<ExecExit> {
  for await (const line of readLines(body)) {
    if (line.trim() === '') continue;
    const record = parse(line);
    if ('stream' in record) await onOutput(record);
    else if ('exit' in record) return record.exit;
    else {
      const { code, message, reason, request_id } = record.error;
      throw new ApiError('refused', message, { code, reason, requestId: request_id });
    }
  }
  throw new ApiError(
    'protocol',
    'the stream ended without an exit record: the program may still be running',
    {
      reason: 'stream_truncated',
    },
  );
}

function parse(line: string): Schemas['ExecStreamLine'] {
  try {
    const record: unknown = JSON.parse(line);
    if (
      typeof record === 'object' &&
      record !== null &&
      ('stream' in record || 'exit' in record || 'error' in record)
    ) {
      return record as Schemas['ExecStreamLine'];
    }
  } catch (error) {
    throw new ApiError('protocol', 'the stream has a line that is not JSON', {}, { cause: error });
  }
  throw new ApiError('protocol', 'the stream has a record of an unknown kind');
}
