import type { components } from '@stacyvm/api';
import type { FileContext, FilesInSandbox, Orchestrator } from '@stacyvm/orchestrator';
import type { Request, Response } from 'express';
import type { HeldAnswers } from '../held-answers.js';
import { pacedWrite } from '../paced-write.js';
import { contextOf, reachOf } from '../request-context.js';
import { answerContext } from './answer-context.js';
import { type Handlers, handle, NO_STORE, pathParameter } from './handler.js';
import { withUploadedContent } from './uploaded-content.js';

type Schemas = components['schemas'];

export type FileOperation =
  | 'readFile'
  | 'uploadFile'
  | 'writeFile'
  | 'deleteFile'
  | 'listFiles'
  | 'statFile'
  | 'globFiles'
  | 'moveFile'
  | 'chmodFile';

/**
 * How long the reader of a file may take nothing before it counts as gone. Shorter than what a worker
 * is given: a caller who stalls must not make a worker look dead.
 */
const READER_STALL_MS = 120_000;

export function fileHandlers(
  orchestrator: Pick<Orchestrator, 'within'>,
  answers: Pick<HeldAnswers, 'reserveFor'>,
  readerStallMs = READER_STALL_MS,
): Handlers<FileOperation> {
  const filesFor = (request: Request): FilesInSandbox => orchestrator.within(reachOf(request)).files;
  const handled = (
    work: (files: FilesInSandbox, id: string, request: Request, response: Response) => Promise<unknown>,
  ) =>
    handle(async (request, response) => {
      response.json(await work(filesFor(request), pathParameter(request, 'id'), request, response));
    });

  return {
    readFile: handle(async (request, response) => {
      const id = pathParameter(request, 'id');
      const context = answerContext(request, response, answers);
      await download(filesFor(request), id, context, request, response, readerStallMs);
    }),

    uploadFile: handled(async (files, id, request) => {
      const file = { path: queryText(request, 'path'), mode: queryText(request, 'mode') };
      const size = await withUploadedContent(request, (content) =>
        files.write(id, file, content, contextOf(request)),
      );
      return { status: 'written', size };
    }),

    writeFile: handled(async (files, id, request) => {
      const { path, mode, content } = request.body as Schemas['FileWrite'];
      const size = await files.write(id, { path, mode }, whole(content), contextOf(request));
      return { status: 'written', size };
    }),

    deleteFile: handled(async (files, id, request) => {
      const recursive = String(request.query['recursive']) === 'true';
      await files.delete(id, queryText(request, 'path'), recursive, contextOf(request));
      return { status: 'deleted' };
    }),

    listFiles: handled(async (files, id, request, response) => {
      const path = queryText(request, 'path') || '/';
      const entries = await files.list(id, path, answerContext(request, response, answers));
      return entries.map(fileJson);
    }),

    statFile: handled(async (files, id, request) =>
      fileJson(await files.stat(id, queryText(request, 'path'), contextOf(request))),
    ),

    globFiles: handled((files, id, request, response) =>
      files.glob(id, queryText(request, 'pattern'), answerContext(request, response, answers)),
    ),

    moveFile: handled(async (files, id, request) => {
      const { old_path: oldPath, new_path: newPath } = request.body as Schemas['FileMove'];
      await files.move(id, oldPath, newPath, contextOf(request));
      return { status: 'moved' };
    }),

    chmodFile: handled(async (files, id, request) => {
      const { path, mode } = request.body as Schemas['FileChmod'];
      await files.chmod(id, path, mode, contextOf(request));
      return { status: 'chmod applied' };
    }),
  };
}

/** Sends a file while it is read. Until its first byte an error is an ordinary answer, afterwards the end of the connection. */
async function download(
  files: FilesInSandbox,
  id: string,
  context: FileContext,
  request: Request,
  response: Response,
  stallMs: number,
): Promise<void> {
  const { signal: gone } = contextOf(request);
  await files.read(
    id,
    queryText(request, 'path'),
    {
      onInfo({ mode }) {
        response.status(200).set({ 'Content-Type': 'application/octet-stream', ...NO_STORE });
        if (/^[0-7]{1,4}$/.test(mode)) response.set('X-File-Mode', mode);
        response.flushHeaders();
      },
      onContent: (chunk) => pacedWrite(response, chunk, { stallMs, gone }),
    },
    context,
  );
  response.end();
}

function queryText(request: Request, name: string): string {
  const text = request.query[name];
  return typeof text === 'string' ? text : '';
}

async function* whole(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}

function fileJson(info: Awaited<ReturnType<FilesInSandbox['stat']>>): Schemas['FileInfo'] {
  const { path, size, mode, isDirectory, modifiedAt } = info;
  return { path, size, mode, is_dir: isDirectory, mod_time: modifiedAt };
}
