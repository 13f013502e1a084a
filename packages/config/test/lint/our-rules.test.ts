import { AUDIT_CASES } from './cases/audit.js';
import { CERTIFICATE_CASES } from './cases/certificates.js';
import { EXPOSURE_CASES } from './cases/exposure.js';
import { FURTHER_CASES } from './cases/further.js';
import { SECRET_CASES } from './cases/secrets.js';
import { describeCases } from './rule-case.js';

describe('lint rules beyond the reference', () => {
  describeCases([...FURTHER_CASES, ...SECRET_CASES, ...EXPOSURE_CASES, ...CERTIFICATE_CASES, ...AUDIT_CASES]);
});
