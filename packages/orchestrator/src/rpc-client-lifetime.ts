import { type RpcClient, type RpcFileClient, WorkerRpcError } from '@stacyvm/worker-rpc';

/** A worker did not let a call in, or too many of its calls were under way here. */
export interface RpcRefusal {
  readonly workerId: string;
  readonly code: 'unauthorized' | 'forbidden' | 'worker_busy';
  /** The worker's own words for it, such as `token_bad_signature`; undefined from a reference worker. */
  readonly reason: string | undefined;
}

/** A client of a worker, and its end. */
export interface RpcClientLifetime {
  readonly client: RpcClient;
  /** Lets the calls under way come to their end and closes the client then. */
  retire(): void;
  /** Ends the calls under way. */
  close(): void;
}

/**
 * Watches over a client's calls.
 *
 * @param onRefusal is told of every call that the worker did not let in
 * @param onClosed is called once, when the client is closed
 */
export function createRpcClientLifetime(
  client: RpcClient,
  {
    onRefusal,
    onClosed,
  }: { readonly onRefusal: (refusal: RpcRefusal) => void; readonly onClosed: () => void },
): RpcClientLifetime {
  let underWay = 0;
  let retired = false;
  let closed = false;

  const close = (): void => {
    if (closed) return;
    closed = true;
    client.close();
    onClosed();
  };
  const watched =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      underWay += 1;
      try {
        return await call(...args);
      } catch (error) {
        const refusal = refusalOf(error, client.workerId);
        if (refusal !== undefined) onRefusal(refusal);
        throw error;
      } finally {
        underWay -= 1;
        if (retired && underWay === 0) close();
      }
    };

  const watchedFiles = (files: RpcFileClient): RpcFileClient => ({
    write: watched(files.write),
    read: watched(files.read),
    list: watched(files.list),
    delete: watched(files.delete),
    move: watched(files.move),
    chmod: watched(files.chmod),
    stat: watched(files.stat),
    glob: watched(files.glob),
  });

  return {
    client: {
      workerId: client.workerId,
      spawn: watched(client.spawn),
      destroy: watched(client.destroy),
      status: watched(client.status),
      exec: watched(client.exec),
      execStream: watched(client.execStream),
      files: watchedFiles(client.files),
      logs: watched(client.logs),
      renewLease: watched(client.renewLease),
      shutdown: watched(client.shutdown),
      close,
    },
    retire() {
      retired = true;
      if (underWay === 0) close();
    },
    close,
  };
}

function refusalOf(error: unknown, workerId: string): RpcRefusal | undefined {
  if (!(error instanceof WorkerRpcError)) return undefined;
  const { code, reason } = error;
  return code === 'unauthorized' || code === 'forbidden' || code === 'worker_busy'
    ? { workerId, code, reason }
    : undefined;
}
