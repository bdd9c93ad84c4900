/** Plots as SVG text. Colours come from the page's style sheet, so that they follow light and dark. */

export interface Part {
  readonly name: string;
  readonly value: number;
}

export interface Bar {
  readonly label: string;
  /** Stacked from the left. */
  readonly parts: readonly Part[];
  /** Behind the bar. */
  readonly text: string;
  /** Lowest and highest of the runs, where the bar is their median. */
  readonly range?: readonly [number, number];
}

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly label: string;
  readonly digits?: number;
}

const WIDTH = 860;
const LABEL = 270;
const TEXT = 130;
const ROW = 30;
const BAR = 18;
const FOOT = 40;
/** At most so many steps on an axis. */
const STEPS = 5;

/** Horizontal bars, one a row; the parts of a bar are stacked. */
export function bars(rows: readonly Bar[], axis: Axis): string {
  const most = Math.max(...rows.flatMap(({ parts, range }) => [sum(parts), range?.[1] ?? 0]));
  const marks = ticks(most);
  const end = marks.at(-1) ?? 1;
  const plot = WIDTH - LABEL - TEXT;
  const x = (value: number): number => LABEL + (value / end) * plot;
  const height = rows.length * ROW;
  const grid = marks.map((value) => {
    const at = x(value).toFixed(1);
    return `<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${height}"/><text class="tick" x="${at}" y="${height + 16}" text-anchor="middle">${number(value, axis)}</text>`;
  });
  const legend =
    rows[0] !== undefined && rows[0].parts.length > 1 ? legendOf(rows[0].parts.map(({ name }) => name)) : '';
  const svg = [
    `<svg viewBox="0 0 ${WIDTH} ${height + FOOT}" role="img" aria-label="${escape(axis.label)}">`,
    ...grid,
    ...rows.map((row, index) => bar(row, index * ROW, x)),
    `<text class="axis" x="${LABEL + plot / 2}" y="${height + 34}" text-anchor="middle">${escape(axis.label)}</text>`,
    '</svg>',
  ];
  return legend + svg.join('');
}

function bar({ label, parts, text, range }: Bar, top: number, x: (value: number) => number): string {
  const middle = top + ROW / 2;
  let from = 0;
  const rects = parts.map(({ name, value }, index) => {
    const [left, right] = [x(from), x((from += value))];
    return `<rect class="c${index}" x="${left.toFixed(1)}" y="${middle - BAR / 2}" width="${Math.max(0, right - left).toFixed(1)}" height="${BAR}"><title>${escape(`${name}: ${value.toPrecision(4)}`)}</title></rect>`;
  });
  const end = x(Math.max(from, range?.[1] ?? 0));
  return [
    `<text class="label" x="${LABEL - 10}" y="${middle + 4}" text-anchor="end">${escape(label)}</text>`,
    ...rects,
    range === undefined ? '' : whisker(x(range[0]), x(range[1]), middle),
    `<text class="value" x="${(end + 8).toFixed(1)}" y="${middle + 4}">${escape(text)}</text>`,
  ].join('');
}

function whisker(left: number, right: number, y: number): string {
  const [a, b] = [left.toFixed(1), right.toFixed(1)];
  return `<path class="whisker" d="M${a} ${y - 4}v8M${b} ${y - 4}v8M${a} ${y}H${b}"/>`;
}

const HEIGHT = 260;
const LEFT = 60;
const BOTTOM = 50;

/** Lines over a common x axis; y begins at 0. */
export function lines(series: readonly Line[], xAxis: Axis, yAxis: Axis): string {
  const points = series.flatMap((one) => one.points);
  const [across, up] = [ticks(Math.max(...points.map(([at]) => at))), ticks(Math.max(...points.map(([, at]) => at)))];
  const [right, top] = [across.at(-1) ?? 1, up.at(-1) ?? 1];
  const x = (value: number): string => (LEFT + (value / right) * (WIDTH - LEFT - 30)).toFixed(1);
  const y = (value: number): string => (10 + (1 - value / top) * (HEIGHT - 10)).toFixed(1);
  const svg = [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + BOTTOM}" role="img" aria-label="${escape(yAxis.label)}">`,
    ...up.map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - 30}" y1="${y(value)}" y2="${y(value)}"/><text class="tick" x="${LEFT - 8}" y="${Number(y(value)) + 4}" text-anchor="end">${number(value, yAxis)}</text>`,
    ),
    ...across.map(
      (value) =>
        `<text class="tick" x="${x(value)}" y="${HEIGHT + 18}" text-anchor="middle">${number(value, xAxis)}</text>`,
    ),
    ...series.map(
      ({ points: own }, index) =>
        `<polyline class="l${index}" points="${own.map(([at, value]) => `${x(at)},${y(value)}`).join(' ')}"/>`,
    ),
    `<text class="axis" x="${(WIDTH + LEFT) / 2}" y="${HEIGHT + 40}" text-anchor="middle">${escape(xAxis.label)}</text>`,
    '</svg>',
  ];
  return (series.length > 1 ? legendOf(series.map(({ name }) => name)) : '') + svg.join('');
}

function legendOf(names: readonly string[]): string {
  const items = names.map((name, index) => `<span><i class="b${index}"></i>${escape(name)}</span>`);
  return `<p class="legend">${items.join('')}</p>`;
}

const sum = (parts: readonly Part[]): number => parts.reduce((total, { value }) => total + value, 0);

/** From 0 to the first one at or above the value, in steps of 1, 2 or 5 times a power of ten. */
export function ticks(value: number): number[] {
  if (!(value > 0) || !Number.isFinite(value)) return [0, 1];
  const least = value / STEPS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10) * power;
  return Array.from({ length: Math.ceil((value / step) * (1 - 1e-9)) + 1 }, (_, index) => step * index);
}

const number = (value: number, { digits }: Axis): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits ?? 2 });

export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
