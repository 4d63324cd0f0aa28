// Lets plain Node load our sources, decorators included: `node --import ./test/typescript.mjs file.ts`.
import { transformFileSync } from '@swc/core';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const CONFIG = fileURLToPath(new URL('../.swcrc', import.meta.url));

registerHooks({
  resolve(specifier, context, next) {
    const ours = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const { code } = transformFileSync(fileURLToPath(url), { configFile: CONFIG, sourceMaps: 'inline' });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
