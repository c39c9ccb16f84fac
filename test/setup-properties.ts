import fc from 'fast-check';

// Every run tries the same cases, so that a failure can be repeated; EDITAR_PROPERTY_SEED=<number> tries others.
fc.configureGlobal({ seed: Number(process.env.EDITAR_PROPERTY_SEED ?? 20261124) });
