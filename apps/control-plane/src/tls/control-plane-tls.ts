import type { Settings } from '@stacyvm/config';
import {
  openTlsCredentials,
  type RpcClientTls,
  type TlsCertificate,
  type TlsCredentials,
  type TlsCredentialsOptions,
  TlsMaterialError,
} from '@stacyvm/worker-rpc';

/** What the control plane speaks TLS with; the files are read again when their content changes. */
export interface ControlPlaneTls {
  /** As the server of the API and of workers; undefined: plain HTTP. */
  readonly server: TlsCredentials | undefined;
  /** As a client of workers; undefined: as their URLs say. */
  readonly rpc: RpcClientTls | undefined;
  /** For metrics. */
  certificates(): readonly TlsCertificate[];
  /** Looks at the files now. */
  reload(): void;
  close(): void;
}

/** @throws TlsMaterialError */
export function openControlPlaneTls(settings: Settings, options: TlsCredentialsOptions): ControlPlaneTls {
  const server = openServerTls(settings, options);
  let rpc: RpcClientTls | undefined;
  try {
    rpc = openRpcTls(settings, options);
  } catch (error) {
    server?.close();
    throw error;
  }
  const both = [server, rpc?.credentials].filter((credentials) => credentials !== undefined);
  return {
    server,
    rpc,
    certificates: () => both.flatMap((credentials) => credentials.certificates()),
    reload() {
      for (const credentials of both) credentials.reload();
    },
    close() {
      for (const credentials of both) credentials.close();
    },
  };
}

function openServerTls(settings: Settings, options: TlsCredentialsOptions): TlsCredentials | undefined {
  if (!settings['server.tls.enabled']) return undefined;
  const certFile = settings['server.tls.cert_file'];
  const keyFile = settings['server.tls.key_file'];
  if (certFile === '' || keyFile === '') {
    throw new TlsMaterialError(
      'not_configured',
      'server.tls.enabled needs server.tls.cert_file and server.tls.key_file',
    );
  }
  const caFile = settings['server.tls.client_ca_file'];
  return openTlsCredentials(
    {
      identity: { kind: 'server', certFile, keyFile },
      ...(caFile === '' ? {} : { authorities: { kind: 'server_client_ca', file: caFile } }),
    },
    options,
  );
}

function openRpcTls(settings: Settings, options: TlsCredentialsOptions): RpcClientTls | undefined {
  if (!settings['worker.rpc_tls.enabled']) return undefined;
  const insecureSkipVerify = settings['worker.rpc_tls.insecure_skip_verify'];
  for (const key of ['ca_file', 'client_cert_file', 'client_key_file'] as const) {
    if (settings[`worker.rpc_tls.${key}`] === '' && !(key === 'ca_file' && insecureSkipVerify))
      throw new TlsMaterialError('not_configured', `worker.rpc_tls.enabled needs worker.rpc_tls.${key}`);
  }
  if (insecureSkipVerify) {
    options.logger?.warn(
      'certificates of workers are NOT checked: worker.rpc_tls.insecure_skip_verify is on; workers on other machines are not called',
    );
  }
  const caFile = settings['worker.rpc_tls.ca_file'];
  const serverName = settings['worker.rpc_tls.server_name'];
  const credentials = openTlsCredentials(
    {
      identity: {
        kind: 'rpc_client',
        certFile: settings['worker.rpc_tls.client_cert_file'],
        keyFile: settings['worker.rpc_tls.client_key_file'],
      },
      ...(caFile === '' ? {} : { authorities: { kind: 'rpc_ca', file: caFile } }),
    },
    options,
  );
  return { credentials, insecureSkipVerify, ...(serverName === '' ? {} : { serverName }) };
}
