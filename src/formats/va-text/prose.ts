/** How the paragraphs begin that My HealtheVet prints for everyone, in all versions seen. */
export const prose =
  /^(please contact|remember to share|learn more about|test results slightly|your provider has|if you have any questions|reaction key|this section (shows|contains|displays)|(\*+)?notes?:|key:|va [\w /()]+ (is|are|includes|displays|contains)\b|your (va|self|ekg|information|va [\w ]+ list)|all future va|discharge summaries are|however, if|sorted by|sort by|allergy information)/i;
