/** Lets timers, input and messages through between two pieces of work on the event loop. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
