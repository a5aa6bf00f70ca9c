import { defineConfig } from 'vitest/config';

/** The suites whose subject is what a record says run in three time zones: a date must not move with the reader. */
const timeZoneSuites = ['test/{facts,json,model,formats,render}/**/*.test.ts'];

/** Of those, what says nothing of a date and takes long: it runs once. */
const anywhere = [
  'test/formats/container/**',
  'test/formats/ccda/meaning-survives.test.ts',
  'test/formats/ccda/xml.test.ts',
];

/** They change nothing but what they made themselves, so that files may share what is loaded: it takes half the time. */
const shared = { include: timeZoneSuites, isolate: false };

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'UTC',
          include: ['test/**/*.test.ts'],
          exclude: timeZoneSuites,
          env: { TZ: 'UTC' },
        },
      },
      { extends: true, test: { ...shared, name: 'UTC record', env: { TZ: 'UTC' } } },
      { extends: true, test: { ...shared, name: 'Kolkata', exclude: anywhere, env: { TZ: 'Asia/Kolkata' } } },
      {
        extends: true,
        test: { ...shared, name: 'New York', exclude: anywhere, env: { TZ: 'America/New_York' } },
      },
    ],
  },
});
