import { once } from 'node:events';
import type { Server } from 'node:http';
import { BlueButtonError, messageOf, systemCodeOf } from '../errors/index.ts';

/**
 * Listens on 127.0.0.1 and returns the port; 0 takes any free one.
 *
 * @throws BlueButtonError `failed` when the port cannot be had.
 */
export async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (cause) {
    throw new BlueButtonError('failed', `The practice portal cannot listen on port ${port}.`, {
      why: systemCodeOf(cause) === 'EADDRINUSE' ? 'Another program uses the port.' : messageOf(cause),
      try: 'Choose another port, or give none and take any free one.',
      cause,
    });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Ends a server at once, open connections too. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}
