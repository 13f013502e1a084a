/** Checks every package below `root`; one line for each import that is not allowed. */
export function checkLayers(root: string): string[];
