// Directus runs extensions in a sandbox that must be compiled on each machine. None is measured, so that another module may stand for it.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'isolated-vm' ? 'node:vm' : specifier, context),
});
