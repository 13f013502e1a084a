import { hostOf, isLoopback, isWildcard, urlHost } from '../network.js';
import { advice, type LintCheck, pass, problem } from '../rule.js';
import { counted, shown } from '../shown.js';

/** Who can reach what in clear, and whom the control plane lets itself be sent to. The reference has none of it. */
export const EXPOSURE_CHECKS: readonly LintCheck[] = [
  {
    id: 'server.tls.public_bind',
    demands: 'What is served beyond this machine is served by TLS.',
    level: 'advice',
    role: 'control-plane',
    key: 'server.host',
    check: ({ settings }) => {
      if (settings['server.tls.enabled']) return pass('the API is served by https');
      return isLoopback(settings['server.host'])
        ? pass('the API is served in clear on loopback only')
        : advice(
            'the API is served in clear on addresses that others reach, unless a proxy is before it',
            'set server.tls.enabled to true, or server.host to 127.0.0.1 with a proxy that serves https',
          );
    },
  },
  {
    id: 'worker.rpc_tls.public_listen',
    demands: 'A worker that others reach serves mutual TLS.',
    level: 'problem',
    role: 'worker',
    key: 'worker.listen_addr',
    check: ({ settings }) => {
      if (settings['worker.rpc_tls.enabled'] || settings['worker.listen_addr'].trim() === '')
        return undefined;
      return isLoopback(hostOf(settings['worker.listen_addr']))
        ? pass('the worker is called in clear on loopback only')
        : problem(
            'the worker is called in clear on an address that others reach: tokens can be read on the way',
            'set worker.rpc_tls.enabled to true with its certificates, or listen on 127.0.0.1',
          );
    },
  },
  {
    id: 'worker.control_plane_url',
    demands: 'A worker reaches a control plane on another host by https.',
    level: 'problem',
    role: 'worker',
    key: 'worker.control_plane_url',
    check: ({ settings }) => {
      const url = settings['worker.control_plane_url'].trim();
      if (/^https:/i.test(url)) return pass('the control plane is reached by https');
      return isLoopback(urlHost(url) ?? '')
        ? pass('the control plane is on this machine')
        : problem(
            'the control plane is reached in clear: tokens can be read and answers changed on the way',
            'use its https address, and worker.control_plane_ca_file if its authority is your own',
          );
    },
  },
  {
    id: 'worker.advertise_url',
    demands: 'A worker advertises an address that leads to it.',
    level: 'problem',
    role: 'worker',
    key: 'worker.advertise_url',
    check: ({ settings }) => {
      const url = settings['worker.advertise_url'].trim();
      if (url === '') return undefined;
      if (isWildcard(urlHost(url) ?? ''))
        return problem(
          'worker.advertise_url stands for every address: a control plane that calls it reaches itself',
          'name the host at which control planes reach this worker',
        );
      return settings['worker.rpc_tls.enabled'] && !/^https:/i.test(url)
        ? problem('worker.advertise_url is not https, and the worker serves nothing else', 'make it https')
        : pass(`the worker is called at ${shown(url)}`);
    },
  },
  {
    id: 'worker_rpc.allowed_hosts',
    demands: 'It is named at which hosts workers may be called.',
    level: 'problem',
    role: 'control-plane',
    key: 'worker_rpc.allowed_hosts',
    check: ({ settings }) => {
      const hosts = settings['worker_rpc.allowed_hosts'];
      if (hosts.length === 0)
        return problem(
          'a worker may send the control plane to any host',
          'set worker_rpc.allowed_hosts to the names or networks of your workers',
        );
      return hosts.some((host) => ['*', '0.0.0.0/0', '::/0'].includes(host.trim()))
        ? problem('worker_rpc.allowed_hosts covers every host', 'name the hosts or networks of your workers')
        : pass(`workers may be called at ${counted(hosts.length, 'host or network', 'hosts and networks')}`);
    },
  },
  {
    id: 'worker_rpc.allowed_schemes',
    demands: 'Where workers are called by mutual TLS they are called by nothing else.',
    level: 'problem',
    role: 'control-plane',
    key: 'worker_rpc.allowed_schemes',
    check: ({ settings }) => {
      if (!settings['worker.rpc_tls.enabled']) return undefined;
      return settings['worker_rpc.allowed_schemes'].includes('http')
        ? problem(
            'a worker may still have itself called in clear',
            'set worker_rpc.allowed_schemes to [https]',
          )
        : pass('workers are called by https only');
    },
  },
];
