import { systemName, systemsNamed, type Code } from '../../model/index.ts';
import { systemOf } from '../ccda/code-system.ts';

/** The addresses a table's word for a code system can mean: an address, an OID, or a name in usual use. */
export function systemsOf(word: string): string[] {
  const address = systemOf(word);
  return [...new Set([...systemsNamed(word), ...(address === undefined ? [] : [address])])];
}

/**
 * What a code is the same by, however it is written; undefined for one that says no system, or that could be read in
 * several ways. The five digits of HCPCS's first level are CPT.
 */
export function codeKey({ system, code }: Code): string | undefined {
  const address = systemOf(system);
  if (address === undefined || code === undefined) return undefined;
  const name = systemName(address) ?? address;
  if (name === 'NDC') {
    const digits = elevenDigits(code);
    return digits && `${name} ${digits}`;
  }
  // Of ICD-9-CM the dot tells a diagnosis (992.1) from a procedure (99.21).
  if (name.startsWith('ICD-9')) return `${name} ${code.toUpperCase()}`;
  if (name.startsWith('ICD-')) return `${name} ${code.toUpperCase().replaceAll('.', '')}`;
  if (name === 'HCPCS' || name === 'CPT') return `HCPCS ${code.toUpperCase()}`;
  return `${name} ${code}`;
}

/** How the three parts of an NDC are written; in eleven digits each is filled up with a zero to 5, 4 and 2. */
const hyphenated = /^(\d{5}-\d{4}-\d\d|\d{4}-\d{4}-\d\d|\d{5}-\d{3}-\d\d|\d{5}-\d{4}-\d)$/;

/** An NDC in eleven digits. Ten digits without hyphens do not say where the zero is missing. */
function elevenDigits(code: string): string | undefined {
  if (/^\d{11}$/.test(code)) return code;
  if (!hyphenated.test(code)) return undefined;
  const [labeler = '', product = '', size = ''] = code.split('-');
  return `${labeler.padStart(5, '0')}${product.padStart(4, '0')}${size.padStart(2, '0')}`;
}
