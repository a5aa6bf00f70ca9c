import type { Release } from './releases.ts';

/** The media types an Accept header allows (RFC 9110 §12.5.1), in lower case, those of weight 0 left out. */
function allowed(accept: string | undefined): string[] {
  return (accept ?? '*/*').split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === '' || parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : type;
  });
}

/** Whether FHIR JSON is an acceptable answer. */
export function acceptsJson(accept: string | undefined): boolean {
  const fits = ['*/*', 'application/*', 'application/json', 'application/fhir+json', 'application/json+fhir'];
  return allowed(accept).some((type) => fits.includes(type));
}

/** Whether the media type of a release's JSON is named in so many words, as one asks for a Binary in its FHIR form. */
export function namesFhirJson(accept: string | undefined, { mediaType }: Release): boolean {
  return allowed(accept).includes(mediaType);
}

/** Whether a media type is an acceptable answer; `exact`: only where it is named in so many words. */
export function allowsType(accept: string | undefined, mediaType: string, exact: boolean): boolean {
  const [type = ''] = mediaType.toLowerCase().split(';');
  const [kind = ''] = type.split('/');
  const fits = exact ? [type.trim()] : [type.trim(), `${kind}/*`, '*/*'];
  return allowed(accept).some((range) => fits.includes(range));
}
