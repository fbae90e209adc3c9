import type middy from '@middy/core';

/**
 * Opens what a function needs once per process, at the first invocation, and hands it to every invocation as
 * `context.deps`. A failed opening is not kept: the next invocation tries again.
 */
export function coldStart<D>(open: () => Promise<D> | D): middy.MiddlewareObj {
  let opened: Promise<D> | null = null;
  return {
    before: async ({ context }) => {
      opened ??= Promise.resolve().then(open);
      try {
        Object.assign(context, { deps: await opened });
      } catch (error) {
        opened = null;
        throw error;
      }
    },
  };
}
