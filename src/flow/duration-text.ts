/**
 * A duration for people: `95 s`, `20 min`, `3 h`.
 * @param fractionDigits of the seconds
 */
export function durationText(seconds: number, fractionDigits = 0): string {
  if (seconds < 120) return `${seconds.toFixed(fractionDigits)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
