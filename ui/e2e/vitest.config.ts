import { defineConfig } from "vitest/config";
import "../map-group-by.js";

// One after the other: each test starts processes of its own, and the machine may have two cores.
export default defineConfig({ test: { include: ["e2e/*.test.ts"], fileParallelism: false, testTimeout: 300_000, hookTimeout: 120_000 } });
