// How often a property is tried: in the normal run a fixed number of times from a fixed seed, so that neither luck nor
// the machine's speed decides. For long random runs PROPERTY_RUNS says how often. A failure prints its seed, and the
// same number of runs with it as PROPERTY_SEED fails again:
//
//     PROPERTY_RUNS=20000 npx vitest run src/editor/world.test.ts --testTimeout=0

const { PROPERTY_RUNS: asked, PROPERTY_SEED: seed } = import.meta.env as Record<string, string | undefined>;

export function runs(numRuns: number): { numRuns: number; seed?: number } {
  if (seed !== undefined) return { numRuns: Number(asked ?? numRuns), seed: Number(seed) };
  return asked === undefined ? { numRuns, seed: 1 } : { numRuns: Number(asked) };
}
