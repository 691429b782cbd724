// Lines of a check file around a position: what stands in the file, never parsed here. Pure.

export interface Line {
  number: number;
  text: string;
  marked: boolean;
  column: number; // of the mark, from 1; 0 without one
}

/** "checks/shop.check.yaml:41:11" -> its parts; null for anything else. */
export function parsePosition(at: string): { file: string; line: number; column: number } | null {
  const found = /^(.*?):(\d+)(?::(\d+))?$/.exec(at);
  return found ? { file: found[1]!, line: Number(found[2]), column: Number(found[3] ?? 0) } : null;
}

/** The whole item of a list that begins at `line`: until something stands as far left again. */
export function itemAt(text: string, line: number): Line[] {
  const lines = text.split("\n");
  const first = lines[line - 1];
  if (first === undefined) return [];
  const indent = first.search(/\S/);
  let end = line;
  while (end < lines.length) {
    const depth = lines[end]!.search(/\S/);
    if (depth >= 0 && depth <= indent) break;
    end++;
  }
  while (end > line && !lines[end - 1]!.trim()) end--;
  return lines.slice(line - 1, end).map((one, index) => ({
    number: line + index, text: one.slice(Math.max(0, indent)), marked: false, column: 0,
  }));
}

/** `around` lines before and behind `line`, which is marked. */
export function excerpt(text: string, line: number, column: number, around = 3): Line[] {
  const lines = text.split("\n");
  const from = Math.max(1, line - around);
  const to = Math.min(lines.length, line + around);
  return lines.slice(from - 1, to).map((one, index) => {
    const marked = from + index === line;
    return { number: from + index, text: one, marked, column: marked ? column : 0 };
  });
}
