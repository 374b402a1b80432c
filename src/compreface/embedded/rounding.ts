/** Five decimals, half up, as CompreFace emits probabilities and similarities. */
export const fiveDecimals = (value: number): number => Math.round(value * 1e5) / 1e5;
