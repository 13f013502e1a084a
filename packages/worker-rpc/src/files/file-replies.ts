import type { IncomingMessage } from 'node:http';
import type { AnswerRoom } from '../answer-room.js';
import { WorkerRpcError } from '../errors.js';
import { presentMembers } from '../json-encoding.js';
import { protocolError, type ReplyExpectation, readReply, remoteError } from '../rpc-reply.js';
import { type Checked, schemaCheck } from '../schema-check.js';
import { type FileInfo, type FileInfoWire, fileInfoFromWire, type TransferEnd } from './file-messages.js';
import { BrokenTransfer, createFrameReader } from './frame-reader.js';
import { isTransfer } from './serve-transfer.js';

/** Takes a file while it is read. A returned promise is awaited before more is read; what it throws ends the call. */
export interface FileListener {
  /** Called once, first. A worker that knows no transfers tells the size alone. */
  onInfo?(info: FileInfo): void | Promise<void>;
  onContent(chunk: Uint8Array): void | Promise<void>;
}

const WHOLE_LIMIT_BYTES = 64 * 1024 * 1024;
const TEXT = { type: 'string' };
const FILE_INFO = {
  type: 'object',
  properties: {
    path: TEXT,
    size: { type: 'integer' },
    mode: TEXT,
    is_dir: { type: 'boolean' },
    mod_time: TEXT,
  },
};

const checkContent = schemaCheck<{ readonly content?: string }>({
  type: 'object',
  properties: { content: { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' } },
});
const checkFile = schemaCheck<{ readonly file: Partial<FileInfoWire> }>({
  type: 'object',
  required: ['file'],
  properties: { file: FILE_INFO },
});
const checkFiles = schemaCheck<{ readonly files?: readonly Partial<FileInfoWire>[] }>({
  type: 'object',
  properties: { files: { type: 'array', items: FILE_INFO } },
});
const checkMatches = schemaCheck<{ readonly matches?: readonly string[] }>({
  type: 'object',
  properties: { matches: { type: 'array', items: TEXT } },
});

export function readFileInfo(result: unknown): FileInfo {
  return fileInfoFromWire(usable(checkFile, result).file);
}

export function readFileInfos(result: unknown): readonly FileInfo[] {
  return (usable(checkFiles, result).files ?? []).map(fileInfoFromWire);
}

export function readMatches(result: unknown): readonly string[] {
  return usable(checkMatches, result).matches ?? [];
}

/** Reads the answer to `worker.file_read` to its end, as a transfer or in one piece. */
export async function readFileAnswer(
  response: IncomingMessage,
  expected: ReplyExpectation,
  room: AnswerRoom,
  listener: FileListener,
): Promise<TransferEnd | undefined> {
  const status = response.statusCode ?? 0;
  if (status === 200 && isTransfer(response)) return await readTransfer(response, expected, listener);
  const body = await room.read(response, WHOLE_LIMIT_BYTES);
  if (body === undefined) throw protocolError('the answer of the worker is too large', status);
  const { content = '' } = usable(checkContent, readReply(status, body, expected));
  const bytes = Buffer.from(content, 'base64');
  await listener.onInfo?.({ path: '', size: bytes.length, mode: '', isDirectory: false, modifiedAt: '' });
  if (bytes.length > 0) await listener.onContent(bytes);
  return undefined;
}

async function readTransfer(
  response: IncomingMessage,
  expected: ReplyExpectation,
  listener: FileListener,
): Promise<TransferEnd> {
  const transfer = createFrameReader(response);
  try {
    const info = readFileInfo(readReply(200, await transfer.head(), expected));
    await listener.onInfo?.(info);
    const content = transfer.content((failure) => remoteError(200, failure));
    for (;;) {
      const next = await content.next();
      if (next.done) return next.value;
      await listener.onContent(next.value);
    }
  } catch (error) {
    if (!(error instanceof BrokenTransfer)) throw error;
    // The connection was lost, and the exchange knows how.
    if (response.errored !== null) throw response.errored;
    const code = error.problem === 'cut' ? 'stream_truncated' : 'protocol_error';
    throw new WorkerRpcError(code, `the file did not arrive whole: ${error.message}`, {
      outcome: 'unknown',
      status: 200,
      cause: error,
    });
  }
}

function usable<T>(check: (value: unknown) => Checked<T>, result: unknown): T {
  const checked = check(presentMembers(result) ?? result);
  if (!checked.ok) throw protocolError(`the result of the worker is not usable: ${checked.problem}`, 200);
  return checked.value;
}
