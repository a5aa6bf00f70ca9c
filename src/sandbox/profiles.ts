/**
 * Whose manners the practice portal shows. `open`: a friendly SMART server. `strict`: the same, holding to the letter of the
 * specifications. The others behave as those vendors document, at their worst.
 */
export const profileNames = ['open', 'strict', 'medicare', 'va', 'epic', 'oracle', 'athena'] as const;

export type ProfileName = (typeof profileNames)[number];

/** True for a word that names a profile. */
export function isProfileName(word: string): word is ProfileName {
  return profileNames.some((name) => name === word);
}
