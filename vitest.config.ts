import { defineConfig } from 'vitest/config';

/** The suites whose subject is what a record says run in three time zones: a date must not move with the reader. */
const timeZoneSuites = ['test/{facts,json,model,formats,render}/**/*.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/reporter.ts'],
    projects: [
      { extends: true, test: { name: 'UTC', include: ['test/**/*.test.ts'], env: { TZ: 'UTC' } } },
      { extends: true, test: { name: 'Kolkata', include: timeZoneSuites, env: { TZ: 'Asia/Kolkata' } } },
      { extends: true, test: { name: 'New York', include: timeZoneSuites, env: { TZ: 'America/New_York' } } },
    ],
  },
});
