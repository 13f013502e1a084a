import { isIP } from 'node:net';
import { isWorkerId } from '@stacyvm/token';
import { CommandFailure } from '../failure.js';
import type { AlternativeNames } from './issue-certificate.js';

/** Whom a certificate is for. Its files are `<name>.crt` and `<name>.key`. */
export interface Holder {
  readonly name: string;
  readonly commonName: string;
  readonly names: AlternativeNames;
}

/** The name of control planes that no worker has; the certificates of workers are good for localhost as well. */
export const CONTROL_PLANE_URI = 'spiffe://stacyvm.test/control-plane';

const HERE = { dns: ['localhost'], addresses: ['127.0.0.1'] } as const;
const DNS_NAME =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** @param hosts DNS names or IPv4 addresses, beside localhost. @throws CommandFailure 2 for what is neither */
export function controlPlaneHolder(hosts: readonly string[]): Holder {
  const names = hosts.map((host) => host.toLowerCase());
  const addresses = names.filter((name) => isIP(name) === 4);
  const dns = names.filter((name) => !addresses.includes(name));
  const wrong = dns.find((name) => !DNS_NAME.test(name) || /^[0-9.]+$/.test(name));
  if (wrong !== undefined) {
    throw new CommandFailure(
      `--control-plane-name takes a DNS name or an IPv4 address; it is ${JSON.stringify(wrong)}`,
      2,
    );
  }
  return {
    name: 'control-plane',
    commonName: 'control plane for tests',
    names: {
      dns: unique([...dns, ...HERE.dns]),
      addresses: unique([...addresses, ...HERE.addresses]),
      uris: [CONTROL_PLANE_URI],
    },
  };
}

/**
 * @throws CommandFailure 2 for what is no worker id, or a name that the control plane or every certificate has, so that
 * it would not tell this worker from others
 */
export function workerHolder(id: string, controlPlane: Holder): Holder {
  if (!isWorkerId(id)) {
    throw new CommandFailure(
      `--worker takes a worker id: letters, digits, . _ -; it is ${JSON.stringify(id)}`,
      2,
    );
  }
  const others: readonly string[] = [...controlPlane.names.dns, ...controlPlane.names.addresses];
  if (others.includes(id.toLowerCase()))
    throw new CommandFailure(
      `--worker ${id}: that is a name of the control plane; call the worker otherwise`,
      2,
    );
  return {
    name: `worker-${id}`,
    commonName: 'worker for tests',
    names: {
      dns: [id, ...HERE.dns],
      addresses: HERE.addresses,
      uris: [`spiffe://stacyvm.test/worker/${id}`],
    },
  };
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
