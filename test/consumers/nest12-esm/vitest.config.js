import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite's own transformer writes no metadata of decorators, which Nest injects by.
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: { include: ['src/**/*.vitest.spec.ts'] },
});
