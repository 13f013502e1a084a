/**
 * What an answer 401 asks for (RFC 9110 section 11.6.1): a worker token, which `Authorization: Bearer` may carry as well
 * as `X-Worker-Token`, or a join token from who wants to enrol.
 */
export function challengeOf(reason: string): string {
  if (reason.startsWith('join_token_') || reason === 'certificate_required')
    return 'JoinToken realm="stacyvm"';
  const refused = reason.startsWith('token_') ? ', error="invalid_token"' : '';
  return `Bearer realm="stacyvm-worker"${refused}`;
}
