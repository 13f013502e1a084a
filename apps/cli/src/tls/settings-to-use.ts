import { join } from 'node:path';
import { CONTROL_PLANE_URI } from './holders.js';

export interface SettingsToUse {
  /** Absolute. */
  readonly directory: string;
  readonly workers: readonly string[];
  /** By which workers and callers reach the control plane. */
  readonly controlPlaneHost: string;
}

/** A configuration for both programs that uses what `tls init` has made, in YAML. */
export function settingsToUse({ directory, workers, controlPlaneHost }: SettingsToUse): string {
  const file = (name: string): string => JSON.stringify(join(directory, name));
  const [first = '', ...others] = workers;
  return `# TLS by a TEST authority: for trying it out, not for production.
server:
  tls:
    enabled: true
    cert_file: ${file('control-plane.crt')}
    key_file: ${file('control-plane.key')}
    client_ca_file: ${file('ca.crt')}
worker:
  id: ${JSON.stringify(first)}
  control_plane_url: https://${controlPlaneHost}:7423
  control_plane_ca_file: ${file('ca.crt')}
  control_plane_client_cert_file: ${file(`worker-${first}.crt`)}
  control_plane_client_key_file: ${file(`worker-${first}.key`)}
  rpc_tls:
    enabled: true
    # The worker: its certificate, and whose calls it takes.
    server_cert_file: ${file(`worker-${first}.crt`)}
    server_key_file: ${file(`worker-${first}.key`)}
    client_ca_file: ${file('ca.crt')}
    allowed_client_names: [${JSON.stringify(CONTROL_PLANE_URI)}]
    # The control plane: whom it calls, and what it shows them.
    ca_file: ${file('ca.crt')}
    client_cert_file: ${file('control-plane.crt')}
    client_key_file: ${file('control-plane.key')}
${others.map((id) => forAnotherWorker(id, file)).join('')}`;
}

/** The settings in which a further worker differs, as variables, which win over the file. */
function forAnotherWorker(id: string, file: (name: string) => string): string {
  const variables = {
    STACYVM_WORKER_ID: id,
    STACYVM_WORKER_CONTROL_PLANE_CLIENT_CERT_FILE: file(`worker-${id}.crt`),
    STACYVM_WORKER_CONTROL_PLANE_CLIENT_KEY_FILE: file(`worker-${id}.key`),
    STACYVM_WORKER_RPC_TLS_SERVER_CERT_FILE: file(`worker-${id}.crt`),
    STACYVM_WORKER_RPC_TLS_SERVER_KEY_FILE: file(`worker-${id}.key`),
  };
  const lines = Object.entries(variables).map(([name, value]) => `#   ${name}=${value}\n`);
  return `# ${id} has this in its environment instead:\n${lines.join('')}`;
}
