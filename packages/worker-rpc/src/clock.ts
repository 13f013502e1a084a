/** The source of every time that is compared or sent. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
