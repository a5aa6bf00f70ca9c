import { BlueButtonError } from '../errors/index.ts';
import { counted } from './counted.ts';
import type { PatientOfInput } from '../model/index.ts';

/**
 * The one patient meant: the only one there is, or the one that `wanted` (`Patient/12`, or `12`) names; undefined when
 * the input says nothing of any patient.
 *
 * @throws BlueButtonError `several-patients` when it is not clear who is meant, `usage` when `wanted` is not among them.
 */
export function whichPatient(
  patients: readonly PatientOfInput[],
  wanted: string | undefined,
  command: string,
): PatientOfInput | undefined {
  if (wanted === undefined) {
    if (patients.length <= 1) return patients[0];
    throw new BlueButtonError('several-patients', `This holds the records of ${patients.length} patients.`, {
      why: listed(patients),
      try: `bluebutton ${command} --patient ${patients[0]?.key ?? 'ID'}`,
    });
  }
  const found = patients.find(({ key }) => key === wanted || key === `Patient/${wanted}`);
  if (found) return found;
  throw new BlueButtonError('usage', `No patient ${wanted} is in this input.`, {
    why: patients.length > 0 ? listed(patients) : 'It names no patient at all.',
    try: `bluebutton ${command} with one of these after --patient`,
  });
}

const most = 20;

function listed(patients: readonly PatientOfInput[]): string {
  const lines = patients.slice(0, most).map(({ key, identity, resources }) => {
    const who = [identity.name, identity.birthDate && `born ${identity.birthDate}`].filter(
      (part) => part !== undefined,
    );
    return `  ${key}${who.length > 0 ? `  ${who.join(', ')}` : ''}  (${counted(resources, 'resource')})`;
  });
  if (patients.length > most) lines.push(`  and ${patients.length - most} more`);
  return lines.join('\n');
}
