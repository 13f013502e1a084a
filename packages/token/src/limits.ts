/** Longest life of a token: `exp - iat`, in seconds. */
export const MAX_TOKEN_LIFETIME_SECONDS = 900;

/** How far `nbf` and `iat` may lie ahead of the verifier's clock, in seconds. `exp` gets no allowance. */
export const CLOCK_SKEW_SECONDS = 30;

/** Longest token, in UTF-16 code units after trimming. */
export const MAX_TOKEN_CHARACTERS = 8192;

/** Shortest key, in bytes after trimming: the output length of the hash (RFC 2104 section 3). */
export const MIN_KEY_BYTES = 32;

/** Most entries that a token's list of scopes may have. */
export const MAX_SCOPES = 64;
