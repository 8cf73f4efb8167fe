/**
 * How many random histories of each model are tried: few in every run of the tests, and as many as
 * `HISTORIES=100000 npx vitest run test/check` asks for.
 */
export const HISTORIES: number = Number(process.env.HISTORIES ?? 1000);
