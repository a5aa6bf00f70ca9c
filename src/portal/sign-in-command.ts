/**
 * The command that signs in, with PORTAL for the name a person gave the portal: this layer does not know it. Whoever
 * does puts the whole command in its place before an error is shown.
 */
export const signInCommand = 'bluebutton login PORTAL';

/** The next step where a sign-in has ended or did not work. */
export const signInAgain = `sign in again: ${signInCommand}`;
