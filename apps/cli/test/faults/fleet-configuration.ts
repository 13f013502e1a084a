/** The configuration of a control plane of the fleet. */
export function controlPlaneYaml(options: {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}): string {
  const { name, host, port } = options;
  return `
server: { host: ${host}, port: ${port}, shutdown_timeout: 5s }
auth: { api_key_file: api-key, worker_signing_key_file: worker-signing-key, worker_key_scope: derived }
database: { driver: postgres, dsn_file: ${name}.dsn }
defaults: { memory_mb: 128 }
orchestrator: { reap_interval: 250ms, reconcile_interval: 500ms, spawn_timeout: 5s }
`;
}

/** The configuration of a worker of the fleet. Where it listens and what it calls are `host:port`. */
export function workerYaml(options: {
  readonly name: string;
  readonly listens: string;
  /** Where control planes call it. */
  readonly advertises: string;
  readonly controlPlane: string;
}): string {
  const { name, listens, advertises, controlPlane } = options;
  return `
worker:
  id: ${name}
  control_plane_url: http://${controlPlane}
  listen_addr: ${listens}
  advertise_url: http://${advertises}
  state_dir: ${name}-state
  heartbeat_interval: 250ms
  shutdown_timeout: 3s
auth: { worker_signing_key_file: ${name}.key }
`;
}
