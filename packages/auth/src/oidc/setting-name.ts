/** How messages call an option: by the setting of the one issuer, or by its place in the list of issuers. */
export function settingName(issuerName: string | undefined, option: string): string {
  return issuerName === undefined
    ? `auth.oidc_${option}`
    : `auth.oidc_issuers: ${option} of ${JSON.stringify(issuerName)}`;
}
