const prefixes =
  /^HK(\w*?TypeIdentifier|DataType|VisionPrescriptionType|WorkoutActivityType|CategoryValue|BloodType|FitzpatrickSkinType|BiologicalSex)/;

/** Words made of one of Apple's identifiers: `HKQuantityTypeIdentifierBodyMassIndex` is "Body mass index". */
export function wordsOf(identifier: string): string {
  const words = identifier.replace(prefixes, '').match(/[A-Z]+\d*(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+/g);
  const text = (words ?? [])
    .map((word) => (/^[A-Z][a-z]/.test(word) ? word.toLowerCase() : word))
    .join(' ')
    .trim();
  return text === '' ? identifier : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** The words of a category's value, without those of its type: `HKCategoryValueSleepAnalysisAsleepCore` is "Asleep core". */
export function valueWordsOf(value: string, type: string): string {
  const subject = type.replace(prefixes, '');
  const bare = value.replace(/^HKCategoryValue/, '');
  const own = [subject, 'Severity', 'Presence'].find((word) => bare.startsWith(word) && bare !== word);
  return wordsOf(own === undefined ? bare : bare.slice(own.length));
}
