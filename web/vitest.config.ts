import { defineConfig } from "vitest/config";

// One worker for all files: they are quick, and a busy machine does not let many start in time.
export default defineConfig({
  test: {
    include: ["tests/unit/*.test.ts"], environment: "node", pool: "threads", isolate: false,
    fileParallelism: false, testTimeout: 60_000,
  },
});
