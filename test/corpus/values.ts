import { isNumber, isObject, type JsonValue } from '../../src/json/index.ts';

/** Every value with the way to it; lists without their positions, times as the moments they are. */
export function valuesOf(value: JsonValue | undefined, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, path));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, part]) =>
      valuesOf(part, path === '' ? name : `${path}.${name}`),
    );
  }
  if (value === undefined || value === null) return [];
  if (isNumber(value)) return [`${path} = ${Number(String(value))}`];
  const text = String(value);
  if (path.endsWith('.div')) return [`${path} = ${text.replaceAll(/\s+/g, '')}`];
  return [`${path} = ${momentOf(text) ?? addressInR4(text)}`];
}

/** A moment as its day and minute in UTC: Microsoft's converter writes all times in its own time zone. */
function momentOf(text: string): string | undefined {
  const [, day, hour, minute, zone] =
    /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d).*?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)$/.exec(zone ?? '') ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const time = Number(hour) * 60 + Number(minute) - offset;
  const days = Number(day.replaceAll('-', '')) + Math.floor(time / 1440);
  return `${days} ${(time + 1440) % 1440}`;
}

/** Addresses that the converter leaves as STU3 had them, as R4 has them; extensions under HL7's two addresses as one. */
export function addressInR4(text: string): string {
  return text
    .replace(/^http:\/\/hl7\.org\/fhir\/(v2|v3)\/(.*)$/, 'http://terminology.hl7.org/CodeSystem/$1-$2')
    .replace(
      /^http:\/\/hl7\.org\/fhir\/(condition-category|medication-statement-category|object-role)$/,
      'http://terminology.hl7.org/CodeSystem/$1',
    )
    .replace(
      /^http:\/\/hl7\.org\/fhir\/r3\/StructureDefinition/,
      'http://hl7.org/fhir/3.0/StructureDefinition',
    );
}

/** What is in one list and not in the other, each as often as it is there. */
export function without(values: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return values.filter((value) => {
    const at = left.indexOf(value);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
