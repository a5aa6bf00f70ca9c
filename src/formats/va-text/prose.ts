/**
 * How the paragraphs begin that My HealtheVet prints for everyone after records, in all versions seen. Each is a phrase of the
 * report's own: a person's comment may begin with "Note:" or "However".
 */
export const prose =
  /^(please contact your (va )?health care team|remember to share (all information|your self)|learn more about these wellness|test results slightly outside|your provider has reviewed your test|if you have any questions about your information|reaction key:|this section (shows|contains) (your|all)|sorted by:)/i;
