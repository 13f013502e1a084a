/** The source of every stored time. Control planes that share a database should agree within a few seconds. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
