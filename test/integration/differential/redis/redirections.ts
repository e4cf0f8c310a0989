/** Errors that name another backend. */
export const moved = (to: string): string => `-MOVED 1234 127.0.0.1:<${to}>\r\n`;
export const ask = (to: string): string => `-ASK 1234 127.0.0.1:<${to}>\r\n`;
