export const ROLES = ['control-plane', 'worker', 'all'] as const;

/** Which programs of the configuration run on this host. */
export type Role = (typeof ROLES)[number];
