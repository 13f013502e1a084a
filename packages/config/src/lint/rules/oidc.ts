import type { OidcIssuer } from '../../oidc-issuers/oidc-issuer.js';
import { advice, type LintCheck, type Outcome, pass, problem } from '../rule.js';
import { shown } from '../shown.js';
import type { LintView } from '../view.js';

type OidcCheck = Omit<LintCheck, 'role'>;

/** Nothing of this counts while OIDC is off. */
const whileEnabled = (checks: readonly OidcCheck[]): readonly LintCheck[] =>
  checks.map((check) => ({
    ...check,
    role: 'control-plane',
    check: (view) => (view.settings['auth.oidc_enabled'] ? check.check(view) : undefined),
  }));

/** The settings of the one issuer say nothing where there is only a list of issuers. */
const ofTheOne = (checks: readonly OidcCheck[]): readonly OidcCheck[] =>
  checks.map((check) => ({
    ...check,
    check: (view) => {
      const isListed = view.settings['auth.oidc_issuers'].length > 0;
      return isListed && view.settings['auth.oidc_issuer'].trim() === '' ? undefined : check.check(view);
    },
  }));

const GROUPS = ['auth.oidc_admin_groups', 'auth.oidc_operator_groups', 'auth.oidc_viewer_groups'] as const;

/** Single sign-on, as the reference checks it. */
export const OIDC_CHECKS: readonly LintCheck[] = [
  {
    id: 'auth.oidc_enabled',
    demands: 'Says whether people authenticate by OIDC.',
    level: 'note',
    role: 'control-plane',
    key: 'auth.oidc_enabled',
    check: ({ settings }) =>
      pass(settings['auth.oidc_enabled'] ? 'people authenticate by OIDC' : 'API keys only; OIDC is off'),
  },
  ...whileEnabled(
    ofTheOne([
      {
        id: 'auth.oidc_issuer',
        demands: 'The issuer of OIDC tokens is named.',
        level: 'problem',
        key: 'auth.oidc_issuer',
        check: ({ settings }) =>
          settings['auth.oidc_issuer'].trim() === ''
            ? problem('auth.oidc_issuer is not set', 'set it to the claim iss of the tokens')
            : pass(`the issuer is ${shown(settings['auth.oidc_issuer'])}`),
      },
      {
        id: 'auth.oidc_jwks_url',
        demands: 'It is named where the keys of the issuer come from.',
        level: 'problem',
        key: 'auth.oidc_jwks_url',
        check: ({ settings }) => {
          const url = settings['auth.oidc_jwks_url'].trim();
          if (url !== '') return pass(`the keys of the issuer come from ${shown(url)}`);
          return settings['auth.oidc_public_key'] === undefined
            ? problem(
                'neither auth.oidc_jwks_url nor auth.oidc_public_key is set: the keys are those that the discovery document of the issuer points to',
                'set auth.oidc_jwks_url to the jwks_uri of the issuer',
              )
            : undefined;
        },
      },
      {
        id: 'auth.oidc_public_key',
        demands: 'Says whether the key of the issuer is pinned.',
        level: 'note',
        key: 'auth.oidc_public_key',
        check: (view) =>
          view.settings['auth.oidc_public_key'] === undefined
            ? undefined
            : pass(
                `the key of the issuer is pinned, ${view.isFileBacked('auth.oidc_public_key') ? 'by a file' : 'in the configuration'}`,
              ),
      },
      {
        id: 'auth.oidc_public_key_file',
        demands: 'A pinned key of the issuer comes from a file.',
        level: 'advice',
        key: 'auth.oidc_public_key',
        check: (view) =>
          view.settings['auth.oidc_public_key'] === undefined || view.isFileBacked('auth.oidc_public_key')
            ? undefined
            : advice(
                'the key of the issuer stands in the configuration itself',
                'put it into a file and name it as auth.oidc_public_key_file',
              ),
      },
      {
        id: 'auth.oidc_audience',
        demands: 'Tokens must be meant for this control plane.',
        level: 'advice',
        key: 'auth.oidc_audience',
        check: ({ settings }) =>
          settings['auth.oidc_audience'].trim() === ''
            ? advice(
                'auth.oidc_audience is not set: tokens that the issuer made for other services are accepted',
                'set it to the client id of StacyVM at the issuer',
              )
            : pass(`tokens must be meant for ${shown(settings['auth.oidc_audience'])}`),
      },
      {
        id: 'auth.oidc_groups',
        demands: 'Groups are mapped to roles.',
        level: 'advice',
        key: 'auth.oidc_admin_groups',
        check: groups,
      },
    ]),
  ),
];

function groups({ settings }: LintView): Outcome {
  const [admins, operators, viewers] = GROUPS.map(
    (key) => settings[key].filter((group) => group.trim() !== '').length,
  );
  if (admins === 0 && operators === 0 && viewers === 0) {
    return advice(
      'no group is mapped to a role: everybody gets auth.oidc_default_role, which is none unless set',
      `set ${GROUPS.join(', ')}`,
    );
  }
  return pass(`groups mapped to roles: ${admins} admin, ${operators} operator, ${viewers} viewer`);
}

function issuerFindings(issuer: OidcIssuer): ReturnType<typeof problem>[] {
  const name = shown(issuer.name);
  const isPlain = [issuer.issuer, issuer.jwksUrl ?? ''].some((url) => /^http:/i.test(url.trim()));
  return [
    ...(isPlain
      ? [
          problem(
            `the issuer ${name} is not asked by https: whoever is on the way can be any user`,
            'use its https address',
          ),
        ]
      : []),
    ...(issuer.audience === undefined
      ? [
          advice(
            `the issuer ${name} has no audience: tokens that it made for other services are accepted`,
            'set audience to the client id of StacyVM there',
          ),
        ]
      : []),
    ...(issuer.defaultRole === 'none'
      ? []
      : [
          advice(
            `users of ${name} without a mapped group get the role ${issuer.defaultRole}`,
            'leave default_role out and map the groups that should have access',
          ),
        ]),
  ];
}

/** What the reference does not look at. */
export const FURTHER_OIDC_CHECKS: readonly LintCheck[] = whileEnabled([
  {
    id: 'auth.oidc_issuers',
    demands: 'Every further issuer is asked by https, has an audience and gives roles by groups alone.',
    level: 'problem',
    key: 'auth.oidc_issuers',
    check: ({ settings }) => {
      const issuers = settings['auth.oidc_issuers'];
      const found = issuers.flatMap(issuerFindings);
      if (found.length > 0) return found;
      return issuers.length === 0
        ? undefined
        : pass(`${issuers.length} further issuers are bound by audience and groups`);
    },
  },
  {
    id: 'auth.oidc_https',
    demands: 'The issuer and its keys are asked by https.',
    level: 'problem',
    key: 'auth.oidc_issuer',
    check: ({ settings }) => {
      const named = (['auth.oidc_issuer', 'auth.oidc_jwks_url'] as const).filter(
        (key) => settings[key].trim() !== '',
      );
      const plain = named.filter((key) => !/^https:\/\//i.test(settings[key].trim()));
      if (plain.length > 0)
        return plain.map((key) =>
          problem(
            `${key} is not https: whoever is on the way can be any user`,
            'use the https address of the issuer',
            { key },
          ),
        );
      return named.length === 0 ? undefined : pass('the issuer is asked by https');
    },
  },
  {
    id: 'auth.oidc_default_role',
    demands: 'Users without a mapped group get no role.',
    level: 'advice',
    key: 'auth.oidc_default_role',
    check: ({ settings }) =>
      settings['auth.oidc_default_role'] === 'none'
        ? pass('users without a mapped group are turned away')
        : advice(
            `users without a mapped group get the role ${settings['auth.oidc_default_role']}`,
            'set auth.oidc_default_role to none and map the groups that should have access',
          ),
  },
]);
