export const generation: number = 1;
