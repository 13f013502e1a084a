import { isIP } from 'node:net';
import { advice, type LintCheck, pass, problem } from '../rule.js';
import { counted, shown } from '../shown.js';
import type { LintView } from '../view.js';

const originsOf = ({ settings }: LintView): readonly string[] =>
  settings['server.cors_allowed_origins'].map((origin) => origin.trim()).filter((origin) => origin !== '');

/** Pages that may call, and how often anybody may, as the reference checks it. */
export const REQUEST_CHECKS: readonly LintCheck[] = [
  {
    id: 'server.cors_allowed_origins',
    demands: 'The origins whose pages may call the API are named one by one.',
    level: 'problem',
    role: 'control-plane',
    key: 'server.cors_allowed_origins',
    check: (view) => {
      const origins = originsOf(view);
      if (origins.length === 0)
        return problem(
          'no origin is named: it is not said which pages may call the API',
          'set server.cors_allowed_origins to the origin of the console, such as https://console.mycompany.net',
        );
      return origins.includes('*')
        ? problem('the pages of every origin may call the API', 'name the origins one by one, without *')
        : pass(`the pages of ${counted(origins.length, 'origin')} may call the API`);
    },
  },
  {
    id: 'rate_limit.enabled',
    demands: 'Requests are limited.',
    level: 'problem',
    role: 'control-plane',
    key: 'rate_limit.enabled',
    check: ({ settings }) =>
      settings['rate_limit.enabled']
        ? pass('requests are limited')
        : problem('a caller may make any number of requests', 'set rate_limit.enabled to true'),
  },
  {
    id: 'rate_limit.capacity',
    demands: 'The rate and the burst are more than nothing.',
    level: 'problem',
    role: 'control-plane',
    key: 'rate_limit.burst',
    check: ({ settings }) => {
      const rate = settings['rate_limit.requests_per_minute'];
      const burst = settings['rate_limit.burst'];
      return rate <= 0 || burst <= 0
        ? problem(
            'rate_limit.requests_per_minute and rate_limit.burst are not both more than 0',
            'set both, for example to 120 and 60',
          )
        : pass(`a caller may make ${rate} requests in a minute, ${burst} at once`);
    },
  },
  {
    id: 'rate_limit.key_by',
    demands: 'Callers are told apart by who they are.',
    level: 'advice',
    role: 'control-plane',
    key: 'rate_limit.key_by',
    check: ({ settings }) =>
      settings['rate_limit.key_by'] === 'ip'
        ? advice(
            'callers are told apart by address: all behind one address share a limit',
            'set rate_limit.key_by to owner or api_key',
          )
        : pass(`callers are told apart by ${settings['rate_limit.key_by']}`),
  },
];

const PLACEHOLDER_HOST = /(?:^|\.)(?:example\.(?:com|org|net)|example|invalid|test)$/i;

/** What the reference does not look at. */
export const FURTHER_REQUEST_CHECKS: readonly LintCheck[] = [
  {
    id: 'server.cors_origin_host',
    demands: 'No origin is that of an example.',
    level: 'problem',
    role: 'control-plane',
    key: 'server.cors_allowed_origins',
    check: (view) => {
      const found = namedOrigins(view).filter((origin) => PLACEHOLDER_HOST.test(hostOfOrigin(origin)));
      if (found.length > 0)
        return found.map((origin) =>
          problem(`${shown(origin)} is the origin of an example`, 'set the origin of your console'),
        );
      return namedOrigins(view).length === 0 ? undefined : pass('no origin is that of an example');
    },
  },
  {
    id: 'server.cors_origin_scheme',
    demands: 'Origins are https, and never null.',
    level: 'problem',
    role: 'control-plane',
    key: 'server.cors_allowed_origins',
    check: (view) => {
      const found = namedOrigins(view).filter((origin) => !/^https:\/\//i.test(origin));
      if (found.length > 0)
        return found.map((origin) =>
          origin.toLowerCase() === 'null'
            ? problem('null is the origin of every page that hides its own', 'remove null')
            : problem(
                `the pages of ${shown(origin)} can be changed by whoever is on the way`,
                'serve the console by https, and name that origin',
              ),
        );
      return namedOrigins(view).length === 0 ? undefined : pass('every origin is https');
    },
  },
  {
    id: 'server.trusted_proxies',
    demands: 'Not everybody is believed about whom they forward for.',
    level: 'problem',
    role: 'control-plane',
    key: 'server.trusted_proxies',
    check: ({ settings }) => {
      const proxies = settings['server.trusted_proxies'];
      if (proxies.length === 0) return undefined;
      const found = proxies.filter((range) => coversEverybody(range));
      return found.length === 0
        ? pass(
            `${counted(proxies.length, 'address or network', 'addresses and networks')} of proxies trusted`,
          )
        : problem(
            `${found.map(shown).join(', ')} covers everybody: every caller may choose the address that is logged and limited`,
            'name the addresses of your proxies',
          );
    },
  },
];

function namedOrigins(view: LintView): readonly string[] {
  return originsOf(view).filter((origin) => origin !== '*');
}

function hostOfOrigin(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname.replace(/\.$/, '') : '';
}

function coversEverybody(range: string): boolean {
  const [address = '', prefix] = range.trim().split('/');
  return isIP(address) !== 0 && prefix === '0';
}
