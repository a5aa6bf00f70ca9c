import { BlueButtonError } from '../../errors/index.ts';

/** The refusal of a report about more than one person: two records must never mix. */
export function severalPeople(name: string): BlueButtonError {
  return new BlueButtonError('not-a-health-record', `${name} is about more than one person.`, {
    why: 'It has two reports in one, and which record belongs to whom cannot be told for certain.',
    try: 'save each report in a file of its own, as it was downloaded',
  });
}
