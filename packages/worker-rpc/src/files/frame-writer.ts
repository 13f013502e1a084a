import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { encodeJson } from '../json-encoding.js';
import type { TransferEnd } from './file-messages.js';
import { type FrameKind, frameHeader, MAX_FRAME_BYTES } from './frames.js';

/** Sends a transfer. Every promise is fulfilled when the peer can take more, or is gone. */
export interface FrameWriter {
  head(envelope: string): Promise<void>;
  data(chunk: Uint8Array): Promise<void>;
  /** Tells what was sent, to the peer too. */
  end(): Promise<TransferEnd>;
  failure(error: string, reason: string): Promise<void>;
}

/** @param halt fires when nothing more needs to be sent */
export function createFrameWriter(target: Writable, halt?: AbortSignal): FrameWriter {
  const hash = createHash('sha256');
  let size = 0;

  async function send(kind: FrameKind, payload: Uint8Array): Promise<void> {
    if (target.destroyed || halt?.aborted) return;
    target.cork();
    target.write(frameHeader(kind, payload.byteLength));
    const writable = target.write(payload);
    target.uncork();
    if (!writable) await drained(target, halt);
  }

  return {
    head: (envelope) => send('head', Buffer.from(envelope)),
    async data(chunk) {
      hash.update(chunk);
      size += chunk.byteLength;
      for (let start = 0; start < chunk.byteLength; start += MAX_FRAME_BYTES) {
        await send('data', chunk.subarray(start, start + MAX_FRAME_BYTES));
      }
    },
    async end() {
      const end = { size, sha256: hash.digest('hex') };
      await send('end', Buffer.from(encodeJson(end)));
      return end;
    },
    failure: (error, reason) => send('failure', Buffer.from(encodeJson({ error, reason }))),
  };
}

function drained(target: Writable, halt: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.off('drain', done).off('close', done).off('error', done);
      halt?.removeEventListener('abort', done);
      resolve();
    };
    if (target.destroyed || halt?.aborted) return resolve();
    target.on('drain', done).on('close', done).on('error', done);
    halt?.addEventListener('abort', done);
  });
}
