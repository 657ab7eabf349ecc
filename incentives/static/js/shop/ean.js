// @ts-check
/**
 * Barcodes of goods in a picture, where the browser can't read them itself: EAN-13, EAN-8 and
 * UPC-A (an EAN-13 that begins with 0), by the widths of bars along lines through the picture.
 * Source: GS1 General Specifications, section 5.2 (EAN/UPC symbology).
 */

// Widths of space, bar, space, bar of each digit in the left half, odd parity (set A). Set B is
// set C backwards, and set C has the widths of set A.
const WIDTHS = ['3211', '2221', '2122', '1411', '1132', '1231', '1114', '1312', '1213', '3112'].map(
  (each) => [...each].map(Number),
);
// Which of the six left digits are of set B, as bits: it tells the first digit of an EAN-13.
const FIRST = [0x00, 0x0b, 0x0d, 0x0e, 0x13, 0x19, 0x1c, 0x15, 0x16, 0x1a];
const LINES = 24; // lines tried in each direction
const CONTRAST = 24; // levels of grey between paper and bar, at least
const WRONG = 0.7; // sum of the deviations of a digit's widths, in modules, at most
const QUIET = 4; // modules of paper beside the code, at least

/**
 * The widths of paper and bars along a line, paper first.
 *
 * @param {Uint8ClampedArray | number[]} line grey levels
 */
function runs(line) {
  let dark = 255;
  let light = 0;
  for (const level of line) {
    if (level < dark) dark = level;
    if (level > light) light = level;
  }
  if (light - dark < CONTRAST) return [];
  const middle = (light + dark) / 2;
  const widths = [0];
  let bar = false;
  let before = light;
  for (const level of line) {
    if (level < middle !== bar) {
      // The edge lies between two pixels, where the line crosses the middle.
      const share = (middle - before) / (level - before || 1);
      widths[widths.length - 1] += share;
      widths.push(1 - share);
      bar = !bar;
    } else {
      widths[widths.length - 1] += 1;
    }
    before = level;
  }
  return widths;
}

/**
 * The digit that four widths are closest to, and whether it is of set B; null for none.
 *
 * @param {number[]} widths
 */
function digit(widths) {
  const module = widths.reduce((sum, width) => sum + width, 0) / 7;
  let best = WRONG;
  let found = null;
  for (let value = 0; value < 10; value += 1) {
    for (const mirrored of [false, true]) {
      let wrong = 0;
      for (let at = 0; at < 4; at += 1) {
        const wanted = WIDTHS[value][mirrored ? 3 - at : at];
        wrong += Math.abs(widths[at] / module - wanted);
      }
      if (wrong < best) {
        best = wrong;
        found = { value, mirrored };
      }
    }
  }
  return found;
}

/**
 * Whether the last digit is the check digit of those before.
 *
 * @param {number[]} digits
 */
function checks(digits) {
  const sum = digits.reduce(
    (total, value, at) => total + value * ((digits.length - at) % 2 ? 1 : 3),
    0,
  );
  return sum % 10 === 0;
}

/**
 * A code of which each half has that many digits, from a bar on; null for none.
 *
 * @param {number[]} widths
 * @param {number} start
 * @param {number} half
 */
function codeAt(widths, start, half) {
  const length = 3 + 4 * half + 5 + 4 * half + 3;
  if (start + length >= widths.length) return null;
  const part = widths.slice(start, start + length);
  const module = part.reduce((sum, width) => sum + width, 0) / (11 + 14 * half);
  if (widths[start - 1] < QUIET * module || widths[start + length] < QUIET * module) return null;
  const middle = 3 + 4 * half;
  const guards = [...part.slice(0, 3), ...part.slice(middle, middle + 5), ...part.slice(-3)];
  if (guards.some((width) => width < 0.4 * module || width > 1.8 * module)) return null;
  const digits = [];
  let parity = 0;
  for (let at = 0; at < 2 * half; at += 1) {
    const from = 3 + 4 * at + (at < half ? 0 : 5);
    const found = digit(part.slice(from, from + 4));
    if (!found) return null;
    if (at >= half && found.mirrored) return null;
    if (at < half) parity = parity * 2 + (found.mirrored ? 1 : 0);
    digits.push(found.value);
  }
  const first = FIRST.indexOf(parity);
  if (half === 6) {
    if (first < 0) return null;
    digits.unshift(first);
  } else if (parity !== 0) {
    return null;
  }
  return checks(digits) ? digits.join('') : null;
}

/**
 * The code along a line, read in either direction; null for none.
 *
 * @param {Uint8ClampedArray | number[]} line
 */
export function readLine(line) {
  const forwards = runs(line);
  for (const widths of [forwards, [...forwards].reverse()]) {
    // Paper stands at even places, and after turning round, too, if the line ends on paper.
    const first = widths === forwards || forwards.length % 2 ? 1 : 2;
    for (let start = first; start < widths.length; start += 2) {
      const code = codeAt(widths, start, 6) || codeAt(widths, start, 4);
      if (code) return code;
    }
  }
  return null;
}

/**
 * The code in a picture that at least two lines agree on; null for none.
 *
 * @param {ImageData} picture
 */
export function readBarcode({ data, width, height }) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  /**
   * @param {number} from
   * @param {number} step
   * @param {number} length
   */
  const line = (from, step, length) => {
    const levels = new Array(length);
    for (let at = 0; at < length; at += 1) {
      const pixel = (from + at * step) * 4;
      levels[at] = (data[pixel] * 3 + data[pixel + 1] * 6 + data[pixel + 2]) / 10;
    }
    return levels;
  };
  for (let at = 1; at < LINES; at += 1) {
    const row = Math.floor((height * at) / LINES);
    const column = Math.floor((width * at) / LINES);
    for (const levels of [line(row * width, 1, width), line(column, width, height)]) {
      const code = readLine(levels);
      if (!code) continue;
      const times = (seen.get(code) || 0) + 1;
      if (times > 1) return code;
      seen.set(code, times);
    }
  }
  return null;
}
