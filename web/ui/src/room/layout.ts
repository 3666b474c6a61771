export type Size = { width: number; height: number };

/** What most cameras and screens send. */
const WIDEST = 16 / 9;

/**
 * The size of `n` equal tiles that fill a stage best and crop no picture needlessly: 16:9, or a
 * little higher where that fills it better, up to 16:10; on a stage that stands upright up to 4:3.
 */
export function grid(n: number, width: number, height: number, gap: number): Size {
  const tallest = width < height ? 3 / 4 : 10 / 16;
  let best = { width: 0, height: 0 };
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    const w = (width - gap * (columns - 1)) / columns;
    const h = (height - gap * (rows - 1)) / rows;
    const fit = { width: Math.min(w, h * WIDEST), height: Math.min(h, w * tallest) };
    if (fit.width * fit.height > best.width * best.height) {
      best = fit;
    }
  }
  return { width: Math.max(0, Math.floor(best.width)), height: Math.max(0, Math.floor(best.height)) };
}

/**
 * How the others stand beside a large picture: in one column, or, where that makes them too low to
 * tell faces apart, in two that leave most of the stage to the large one.
 */
export function strip(n: number, width: number, height: number, gap: number): Size & { columns: number } {
  const column = (columns: number, w: number, most: number) => {
    const rows = Math.ceil(n / columns);
    return { columns, width: w, height: Math.min((height - gap * (rows - 1)) / rows, most) };
  };
  const between = (least: number, share: number) => Math.min(240, Math.max(least, width * share));
  const one = column(1, between(112, 0.22), 176);
  const w = between(150, 0.12);
  const two = column(2, w, w * 0.75);
  return one.height < LOW && two.height > one.height && 2 * w + gap < width * 0.4 ? two : one;
}

const LOW = 110;

/**
 * Whether a picture shall fill its tile: if at most a quarter of it is cut off for that. Otherwise,
 * as that of an upright phone in a wide tile, it is shown whole.
 */
export function fills(picture: Size, tile: Size): boolean {
  const one = picture.width * tile.height;
  const other = tile.width * picture.height;
  return one === 0 || other === 0 || Math.min(one, other) / Math.max(one, other) >= LEAST_SHOWN;
}

// A little less than three quarters: 16:9 in 4:3, sizes rounded to pixels.
const LEAST_SHOWN = 0.74;
