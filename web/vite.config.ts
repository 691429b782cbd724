import { defineConfig } from "vite";

// PICKET_API names a running controller for `npm run dev` and `vite preview`.
const proxied = ["/api", "/public/status.json", "/public/badges", "/healthz", "/readyz", "/metrics"];
const target = process.env.PICKET_API ?? "http://127.0.0.1:7080";
const proxy = Object.fromEntries(proxied.map((path) => [path, { target }]));

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  server: { proxy },
  preview: { proxy },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // nothing as a data: URL, so that the policy can stay strict
    cssCodeSplit: false,
  },
});
