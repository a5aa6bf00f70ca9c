import { X509Certificate } from 'node:crypto';
import { BlueButtonError } from '../errors/index.ts';

const block =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/**
 * The certificates in a PEM text (RFC 7468); what else is in it is left aside.
 *
 * @param name - the file's, for the refusal.
 * @throws BlueButtonError `usage` when it holds none, or one that is damaged.
 */
export function readCertificates(text: string, name: string): string[] {
  const found = [...text.matchAll(block)].map(([pem]) => pem);
  if (found.length > 0 && found.every(isCertificate)) return found;
  throw new BlueButtonError('usage', `${name} holds no certificates that can be used.`, {
    why:
      found.length === 0
        ? 'Certificates in PEM begin with the line -----BEGIN CERTIFICATE-----.'
        : 'What stands between BEGIN CERTIFICATE and END CERTIFICATE is none.',
    try: 'give a PEM file; one in DER becomes one by: openssl x509 -inform der -in FILE',
  });
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
