/** Loaded before a pull: kills it once so many answers for the record have come whole (`?answers=N`). */
import { subscribe } from 'node:diagnostics_channel';

const most = Number(new URL(import.meta.url).searchParams.get('answers'));
let come = 0;
subscribe('undici:request:trailers', ({ request }) => {
  if (request.method !== 'GET' || !/\/fhir\/[A-Z]/.test(request.path)) return;
  come += 1;
  if (come > most) process.kill(process.pid, 'SIGKILL');
});
