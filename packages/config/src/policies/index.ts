export { type PolicyCase, readPolicyCases } from './policy-cases.js';
export type { FileRule, PolicyFile } from './policy-file.js';
export { MAX_FILE_RULES, readPolicyFiles } from './policy-files.js';
