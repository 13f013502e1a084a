import { X509Certificate } from 'node:crypto';
import { certificateThumbprint } from '@stacyvm/token';

/** A certificate to bind tokens to; nobody has its key. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUS+b3QI9j36CWxraQ5/4lq+IPfi4wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYwNzQ2MzVaGA8yMTI2MTEwMjA3NDYz
NVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFBd
c8N2xa73V7Lgu5ze8JS2a7R5D1lPCin3TlgGm5JDTgkfuKEBc+yO1c1MqmObq3SA
9UXcbjw/diU0x7je5KqjUzBRMB0GA1UdDgQWBBR5MsabHld405yye/86Y8Txey+q
VTAfBgNVHSMEGDAWgBR5MsabHld405yye/86Y8Txey+qVTAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIQDOzM4BNVRskms4YCP25N4YdKAw2R1m0+jP
zRvn6g/PVAIgcsvFsuky4huE0JIvx0ceDWYSTPI2NuCc4YZTQ+7G69s=
-----END CERTIFICATE-----
`;

/** Its DER encoding. */
export const CERTIFICATE_DER = new X509Certificate(CERTIFICATE).raw;

export const THUMBPRINT = certificateThumbprint(CERTIFICATE_DER);
