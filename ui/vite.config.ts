import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import "./map-group-by.js";

const testHost = "http://127.0.0.1:8790";

export default defineConfig({
  plugins: [react(), { ...optimizeLocales.vite({ locales: ["ar-AE", "en-US"] }), enforce: "pre" }],
  build: {
    target: "es2022",
    // The content security policy allows nothing from data: addresses, so no asset is written into the code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/cmd": testHost, "/raw": testHost, "/events": { target: testHost, ws: true } },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"], environment: "jsdom", setupFiles: ["src/test-setup.ts"], maxWorkers: 2,
    // Read as text by the test of the sheets; otherwise no test needs them.
    css: { include: /\.css\?raw$/ },
    // Only what hangs may fail for time, and no busy machine.
    testTimeout: 300_000,
  },
});
