import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // It may lie in any folder of any host.
  base: "./",
  build: {
    outDir: "../dist/studio",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // What is inlined would be a data: address, which the page's policy does not allow.
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" },
  },
  worker: { format: "es" },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
