import PDFDocument from 'pdfkit';
import { fontFor } from './fonts.js';

type Style = Readonly<{ size?: number; weight?: 'regular' | 'bold'; colour?: string; align?: 'left' | 'right' }>;
type Box = Readonly<{ x: number; y: number; width: number }>;

const LINE_GAP = 1.5;
export const A4 = { width: 595.28, height: 841.89, margin: 50 } as const;
export const INNER = A4.width - 2 * A4.margin;

/** Text is set word by word, from the left; a line that is all from right to left is set as one. (Mixed ones stay in the order of typing.) */
const wholeLine = (text: string): { features?: PDFKit.Mixins.OpenTypeFeatures[] } => (/[\u0590-\u08ff]/.test(text) && !/[0-9A-Za-z]/.test(text) ? { features: [] } : {});

/** A page with a cursor, in words of a document: text in a box in whatever script it is written, lines, and what stands on every page. */
export class Sheet {
  private readonly doc = new PDFDocument({ size: 'A4', margins: { top: A4.margin, bottom: 0, left: A4.margin, right: A4.margin }, bufferPages: true, autoFirstPage: true, compress: true });
  private readonly registered = new Set<string>();
  private readonly chunks: Buffer[] = [];

  constructor(info: { title: string; author: string; at: Date }) {
    Object.assign(this.doc.info, { Title: info.title, Author: info.author, CreationDate: info.at, ModDate: info.at });
    this.doc.on('data', (chunk: Buffer) => { this.chunks.push(chunk); });
  }

  /** Each line in the font of its script. Answers how high the text became. */
  text(text: string, { x, y, width }: Box, style: Style = {}): number {
    let height = 0;
    for (const line of text.split('\n')) {
      const own = this.heightOf(line, width, style);
      this.doc.fillColor(style.colour ?? '#1a1a1a').text(line, x, y + height, { width, align: style.align ?? 'left', lineGap: LINE_GAP, ...wholeLine(line) });
      height += own;
    }
    return height;
  }

  heightOf(text: string, width: number, style: Style = {}): number {
    return text.split('\n').reduce((so, line) => {
      this.use(line, style);
      return so + this.doc.heightOfString(line, { width, lineGap: LINE_GAP });
    }, 0);
  }

  rule(y: number, colour = '#c8c8c8', thickness = 0.5): void {
    this.doc.moveTo(A4.margin, y).lineTo(A4.margin + INNER, y).lineWidth(thickness).strokeColor(colour).stroke();
  }

  newPage(): void {
    this.doc.addPage();
  }

  /** Ends the document; `foot` writes on each page once their number is known. */
  async finish(foot: (page: number, pages: number) => void): Promise<Buffer> {
    const { count } = this.doc.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      this.doc.switchToPage(page);
      foot(page + 1, count);
    }
    const done = new Promise<Buffer>((resolve, reject) => {
      this.doc.on('end', () => { resolve(Buffer.concat(this.chunks)); });
      this.doc.on('error', reject);
    });
    this.doc.end();
    return done;
  }

  private use(text: string, { size = 9, weight = 'regular' }: Style): void {
    const { name, file } = fontFor(text, weight);
    if (!this.registered.has(name)) {
      this.doc.registerFont(name, file);
      this.registered.add(name);
    }
    this.doc.font(name).fontSize(size);
  }
}
