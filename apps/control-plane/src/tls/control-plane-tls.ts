import { parseAuditSink, type Settings } from '@stacyvm/config';
import {
  type HeldTlsCredentials,
  holdTlsCredentials,
  openTlsCredentials,
  type RpcClientTls,
  type TlsCredentials,
  type TlsCredentialsOptions,
  TlsMaterialError,
  type TlsMaterialErrorCode,
} from '@stacyvm/worker-rpc';
import type { SyslogTls } from '../audit/sinks/stream-dialers.js';

/** What the control plane speaks TLS with; the files are read again when their content changes. */
export interface ControlPlaneTls extends HeldTlsCredentials {
  /** As the server of the API and of workers; undefined: plain HTTP. */
  readonly server: TlsCredentials | undefined;
  /** As a client of workers; undefined: as their URLs say. */
  readonly rpc: RpcClientTls | undefined;
  /** As a client of syslog servers; undefined: no sink of the audit is one by TLS. */
  readonly syslog: SyslogTls | undefined;
  /** Whether what the files hold now is in force, by what they are for. */
  materials(): readonly TlsMaterialStatus[];
}

/** `problem` tells why the files are not taken, and those before stay in force. */
export interface TlsMaterialStatus {
  readonly kind: 'server' | 'rpc_client' | 'syslog_client';
  readonly problem: TlsMaterialErrorCode | undefined;
}

/**
 * Opens what the settings name, and warns when a certificate of it comes to its end.
 *
 * @throws TlsMaterialError
 */
export function openControlPlaneTls(settings: Settings, options: TlsCredentialsOptions): ControlPlaneTls {
  const server = openServerTls(settings, options);
  let rpc: RpcClientTls | undefined;
  let syslog: SyslogTls | undefined;
  try {
    rpc = openRpcTls(settings, options);
    syslog = openSyslogTls(settings, options);
  } catch (error) {
    server?.close();
    rpc?.credentials.close();
    throw error;
  }
  const parts = { server, rpc_client: rpc?.credentials, syslog_client: syslog?.credentials } as const;
  return {
    server,
    rpc,
    syslog,
    ...holdTlsCredentials(Object.values(parts), options),
    materials: () =>
      (Object.keys(parts) as (keyof typeof parts)[]).flatMap((kind) => {
        const credentials = parts[kind];
        return credentials === undefined ? [] : [{ kind, problem: credentials.lastError()?.code }];
      }),
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

function openSyslogTls(settings: Settings, options: TlsCredentialsOptions): SyslogTls | undefined {
  if (!settings['audit.sinks'].some((sink) => parseAuditSink(sink)?.kind === 'syslog+tls')) return undefined;
  const caFile = settings['audit.syslog_tls.ca_file'];
  const certFile = settings['audit.syslog_tls.cert_file'];
  const keyFile = settings['audit.syslog_tls.key_file'];
  const serverName = settings['audit.syslog_tls.server_name'];
  const credentials = openTlsCredentials(
    {
      ...(certFile === '' ? {} : { identity: { kind: 'syslog_client', certFile, keyFile } }),
      ...(caFile === '' ? {} : { authorities: { kind: 'syslog_ca', file: caFile } }),
    },
    options,
  );
  return { credentials, ...(serverName === '' ? {} : { serverName }) };
}
