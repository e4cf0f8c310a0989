/** Colours of the series of a chart, in order; they stay apart in grey print and for colour-blind readers. */
const palette = [
  '#0b6e4f',
  '#c8553d',
  '#2d6aa3',
  '#e0a030',
  '#7a5195',
  '#5f6b6d',
  '#3aa6a6',
  '#9c4a70',
  '#8a6d3b',
  '#93b84b',
  '#1b2a49',
  '#e88fb4',
];

export function seriesColour(index: number): string {
  return palette[index % palette.length] ?? '#000000';
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: 'bold';
  readonly colour?: string;
}

export function svgText(x: number, y: number, text: string, style: TextStyle = {}): string {
  const { size = 12, anchor = 'start', weight, colour = '#222222' } = style;
  const bold = weight === undefined ? '' : ` font-weight="${weight}"`;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}" fill="${colour}"${bold}>${escapeXml(text)}</text>`;
}

export function svgRect(
  x: number,
  y: number,
  width: number,
  height: number,
  colour: string,
  opacity = 1,
): string {
  const faded = opacity === 1 ? '' : ` fill-opacity="${opacity}"`;
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${round(height)}" fill="${colour}"${faded}/>`;
}

export function svgLine(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
}

export function svgPath(points: readonly (readonly [number, number])[], colour: string): string {
  const joined = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  return `<polyline points="${joined}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

/** A whole picture on white, so that it reads on dark pages too. */
export function svgDocument(width: number, height: number, parts: readonly string[]): string {
  const size = `width="${width}" height="${round(height)}" viewBox="0 0 ${width} ${round(height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="Helvetica, Arial, sans-serif">`,
    svgRect(0, 0, width, height, '#ffffff'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
