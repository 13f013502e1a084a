import type { Settings } from '@stacyvm/config';
import {
  type HeldTlsCredentials,
  holdTlsCredentials,
  openTlsCredentials,
  type TlsCredentials,
  type TlsCredentialsOptions,
  TlsMaterialError,
} from '@stacyvm/worker-rpc';

/** What the worker speaks TLS with; the files are read again when their content changes. */
export interface WorkerTls extends HeldTlsCredentials {
  /** As the server of the control plane's calls; undefined: they come by plain HTTP. */
  readonly rpc: TlsCredentials | undefined;
  /** As a client of the control plane; undefined: by the roots of the system, without a certificate. */
  readonly controlPlane: TlsCredentials | undefined;
}

/**
 * Opens what the settings name, and warns when a certificate of it comes to its end.
 *
 * @throws TlsMaterialError
 */
export function openWorkerTls(settings: Settings, options: TlsCredentialsOptions): WorkerTls {
  const rpc = openRpcTls(settings, options);
  let controlPlane: TlsCredentials | undefined;
  try {
    controlPlane = openControlPlaneTls(settings, options);
  } catch (error) {
    rpc?.close();
    throw error;
  }
  return { rpc, controlPlane, ...holdTlsCredentials([rpc, controlPlane], options) };
}

function openRpcTls(settings: Settings, options: TlsCredentialsOptions): TlsCredentials | undefined {
  if (!settings['worker.rpc_tls.enabled']) return undefined;
  if (settings['worker.advertise_url'].startsWith('http:')) {
    throw new TlsMaterialError(
      'not_configured',
      'worker.rpc_tls is on, and worker.advertise_url is not https: the control plane would be refused',
    );
  }
  for (const key of ['server_cert_file', 'server_key_file', 'client_ca_file'] as const) {
    if (settings[`worker.rpc_tls.${key}`] === '')
      throw new TlsMaterialError('not_configured', `worker.rpc_tls.enabled needs worker.rpc_tls.${key}`);
  }
  return openTlsCredentials(
    {
      identity: {
        kind: 'rpc_server',
        certFile: settings['worker.rpc_tls.server_cert_file'],
        keyFile: settings['worker.rpc_tls.server_key_file'],
      },
      authorities: { kind: 'rpc_client_ca', file: settings['worker.rpc_tls.client_ca_file'] },
    },
    options,
  );
}

/**
 * What the control plane is verified against, and what the worker shows it; undefined when neither is configured.
 *
 * @throws TlsMaterialError
 */
export function openControlPlaneTls(
  settings: Settings,
  options: TlsCredentialsOptions,
): TlsCredentials | undefined {
  const caFile = settings['worker.control_plane_ca_file'];
  const certFile = settings['worker.control_plane_client_cert_file'];
  const keyFile = settings['worker.control_plane_client_key_file'];
  if ((certFile === '') !== (keyFile === '')) {
    throw new TlsMaterialError(
      'not_configured',
      'worker.control_plane_client_cert_file and worker.control_plane_client_key_file go together',
    );
  }
  if (caFile === '' && certFile === '') return undefined;
  return openTlsCredentials(
    {
      ...(certFile === '' ? {} : { identity: { kind: 'control_plane_client', certFile, keyFile } }),
      ...(caFile === '' ? {} : { authorities: { kind: 'control_plane_ca', file: caFile } }),
    },
    options,
  );
}
