import type { IncomingHttpHeaders } from 'node:http';

/** A request, read whole. */
export interface Asked {
  /** GET stands for HEAD too. */
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The form a POST carries, if it is one. */
  form: URLSearchParams | undefined;
  /** The text of a body of JSON. */
  json: string | undefined;
}
