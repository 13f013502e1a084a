/** What to do about refusals whose message tells only what is wrong. */
const ADVICE: Readonly<Record<string, string>> = {
  api_key_missing: 'name the file of your key with --api-key-file or STACYVM_API_KEY_FILE',
  api_key_invalid: 'does the key belong to this control plane? --api-key-file and --server name others',
  missing_scope:
    'the credential may not do this: most of administration needs the admin key (--api-key-file), or a key of a higher role',
  no_eligible_worker:
    'stacyvm worker list tells what each worker does and holds; a cordon or drain ends with uncordon or undrain',
  tenant_not_found: 'stacyvm tenant list, with the admin key, tells which there are',
};

/** @param reason the stable one of the control plane */
export function refusalAdvice(reason: string | undefined): string | undefined {
  return reason !== undefined && Object.hasOwn(ADVICE, reason) ? ADVICE[reason] : undefined;
}

/** Codes by which the network says that nobody is there. */
const NOBODY: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);
const MAX_CAUSES = 10;

/** What to do where nothing answers. @param error the failure, with what it comes from among its causes */
export function silenceAdvice(error: Error): string | undefined {
  let cause: unknown = error;
  for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth += 1) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== undefined && NOBODY.has(code))
      return 'is it running? npm start and stacyvm serve tell where; name it with --server or STACYVM_URL';
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return 'its name is not known here; name another with --server or STACYVM_URL';
    cause = cause.cause;
  }
  return undefined;
}
