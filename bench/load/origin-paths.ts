/** How long `/slow` waits before it answers. */
export const slowMs = 100;
