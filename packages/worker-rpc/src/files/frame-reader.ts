import { createHash } from 'node:crypto';
import { decodeJson, presentMembers } from '../json-encoding.js';
import { schemaCheck } from '../schema-check.js';
import type { TransferEnd } from './file-messages.js';
import { type Frame, FrameError, readFrames } from './frames.js';

/** `cut`: it has no end. `different`: what came is not what was sent. `malformed`: it is no transfer. */
export type TransferProblem = 'cut' | 'different' | 'malformed';

/** A transfer that did not arrive whole. */
export class BrokenTransfer extends Error {
  override readonly name = 'BrokenTransfer';

  constructor(
    readonly problem: TransferProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What the sender says went wrong on its side. */
export interface SenderFailure {
  readonly error: string;
  readonly reason: string;
}

/** The receiving side of a transfer: first its head, then its content. */
export interface FrameReader {
  /** @throws BrokenTransfer */
  head(): Promise<Buffer>;
  /**
   * The content, chunk by chunk. It ends only when all has arrived and is what was sent.
   *
   * @throws BrokenTransfer, or what `onFailure` makes of a failure of the sender
   */
  content(onFailure: (failure: SenderFailure) => Error): AsyncGenerator<Uint8Array, TransferEnd, undefined>;
  /** Reads no more. */
  close(): void;
}

const checkEnd = schemaCheck<TransferEnd>({
  type: 'object',
  required: ['size', 'sha256'],
  properties: {
    size: { type: 'integer', minimum: 0 },
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  },
});
const checkFailure = schemaCheck<Partial<SenderFailure>>({
  type: 'object',
  properties: { error: { type: 'string' }, reason: { type: 'string' } },
});

export function createFrameReader(chunks: AsyncIterable<Uint8Array>): FrameReader {
  const frames = readFrames(chunks);

  async function next(): Promise<Frame> {
    try {
      const { value } = await frames.next();
      if (value !== undefined) return value;
    } catch (error) {
      const problem = error instanceof FrameError ? 'malformed' : 'cut';
      throw new BrokenTransfer(problem, 'the transfer broke off', { cause: error });
    }
    throw new BrokenTransfer('cut', 'the transfer ended before its end');
  }

  return {
    async head() {
      const { kind, payload } = await next();
      if (kind !== 'head') throw new BrokenTransfer('malformed', 'the transfer does not begin with its head');
      return payload;
    },
    async *content(onFailure) {
      const hash = createHash('sha256');
      let size = 0;
      for (;;) {
        const { kind, payload } = await next();
        if (kind === 'data') {
          hash.update(payload);
          size += payload.length;
          yield payload;
        } else if (kind === 'end') {
          const announced = checkEnd(decodeJson(payload));
          if (!announced.ok) throw new BrokenTransfer('malformed', 'the end of the transfer is malformed');
          const end = { size, sha256: hash.digest('hex') };
          if (announced.value.size === size && announced.value.sha256 === end.sha256) return end;
          throw new BrokenTransfer('different', 'the transfer differs from what was sent');
        } else if (kind === 'failure') throw onFailure(failureOf(payload));
        else throw new BrokenTransfer('malformed', 'the transfer has a second head');
      }
    },
    close() {
      frames.return().catch(() => undefined);
    },
  };
}

function failureOf(payload: Buffer): SenderFailure {
  const checked = checkFailure(presentMembers(decodeJson(payload)) ?? {});
  const { error = '', reason = '' } = checked.ok ? checked.value : {};
  return { error, reason };
}
