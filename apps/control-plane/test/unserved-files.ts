import { RpcMethodError, type RpcMethods } from '@stacyvm/worker-rpc';

const unserved = (): never => {
  throw new RpcMethodError('not_implemented', 'not in this test');
};

/** Of workers whose files no test asks for. */
export const unservedFiles: RpcMethods['files'] = {
  write: unserved,
  read: unserved,
  list: unserved,
  delete: unserved,
  move: unserved,
  chmod: unserved,
  stat: unserved,
  glob: unserved,
};
