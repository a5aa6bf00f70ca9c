/** An OAuth request that is not granted: `error` as RFC 6749 §4.1.2.1 and §5.2 name it. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  readonly error: string;
  /** Of an answer that is no redirect. */
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(error: string, description: string, status = 400, headers: Record<string, string> = {}) {
    super(description);
    this.error = error;
    this.status = status;
    this.headers = headers;
  }
}

/**
 * The one value of a parameter. RFC 6749 §3.1 and §3.2: a parameter without a value counts as left out, and none may
 * come twice.
 *
 * @throws OAuthRefusal `invalid_request` when it is missing or repeated.
 */
export function required(parameters: URLSearchParams, name: string): string {
  const value = optional(parameters, name);
  if (value === undefined) throw new OAuthRefusal('invalid_request', `The parameter ${name} is missing.`);
  return value;
}

/** As `required`, for a parameter that may be left out. */
export function optional(parameters: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = parameters.getAll(name);
  if (others.length > 0) throw new OAuthRefusal('invalid_request', `The parameter ${name} is repeated.`);
  return value === '' ? undefined : value;
}
