// A coarse world of dots, and where a place stands on it. Pure. Where a region is, the controller says.

export type Place = [longitude: number, latitude: number];

export const WIDTH = 720;
export const HEIGHT = 300;
const NORTH = 76;
const SOUTH = -50;

const EDGE = 8; // room for the mark of a place that is further north or south than the map

/** The map begins at 172 degrees west, in the Bering Strait. */
export function project([longitude, latitude]: Place): [number, number] {
  return [(((longitude + 172 + 360) % 360) / 360) * WIDTH, ((NORTH - latitude) / (NORTH - SOUTH)) * HEIGHT];
}

/** Where the mark of a place stands: on the map, wherever it is on Earth. */
export function spotOf(place: Place): [number, number] {
  const [x, y] = project(place);
  return [Math.min(Math.max(x, EDGE), WIDTH - EDGE), Math.min(Math.max(y, EDGE), HEIGHT - EDGE)];
}

// Land as a few corners per piece: enough for a world of dots three degrees apart.
const LAND: Place[][] = [
  [[-167, 66], [-156, 71], [-128, 70], [-95, 72], [-82, 68], [-94, 59], [-80, 52], [-78, 62],
    [-65, 59], [-56, 52], [-66, 48], [-65, 44], [-74, 40], [-81, 31], [-80, 25], [-84, 30],
    [-97, 28], [-97, 20], [-90, 21], [-83, 9], [-77, 8], [-86, 12], [-105, 20], [-115, 31],
    [-124, 40], [-124, 48], [-135, 58], [-152, 59], [-164, 55]],
  [[-78, 8], [-72, 12], [-60, 9], [-50, 1], [-35, -6], [-39, -17], [-48, -26], [-57, -37],
    [-65, -42], [-68, -50], [-74, -50], [-72, -30], [-70, -18], [-81, -5]],
  [[-52, 61], [-40, 62], [-22, 70], [-20, 76], [-60, 76], [-55, 68]],
  [[-9, 37], [-9, 43], [-1, 44], [-4, 48], [4, 52], [8, 55], [11, 56], [11, 59], [5, 60], [14, 67],
    [25, 71], [41, 67], [60, 69], [73, 72], [105, 76], [140, 73], [172, 70], [188, 66], [178, 62],
    [162, 58], [156, 51], [156, 60], [142, 59], [135, 54], [141, 48], [130, 42], [129, 35],
    [125, 38], [118, 39], [122, 31], [115, 22], [108, 21], [109, 12], [105, 9], [100, 13], [104, 2],
    [101, 3], [98, 9], [97, 17], [91, 22], [85, 20], [80, 13], [77, 8], [73, 18], [70, 22],
    [62, 25], [57, 27], [50, 30], [56, 25], [59, 22], [52, 16], [44, 13], [35, 28], [36, 36],
    [27, 37], [27, 41], [23, 37], [19, 42], [13, 45], [18, 40], [16, 38], [10, 44], [3, 43],
    [-1, 37]],
  [[-10, 51], [-6, 55], [-5, 58], [-2, 57], [1, 52], [-5, 50]],
  [[-24, 64], [-22, 66], [-15, 66], [-14, 64], [-19, 63]],
  [[-17, 15], [-16, 22], [-9, 32], [-5, 36], [10, 37], [20, 31], [32, 31], [43, 11], [51, 12],
    [41, -2], [40, -15], [35, -24], [28, -33], [19, -35], [12, -17], [9, 4], [-8, 4]],
  [[44, -17], [50, -15], [47, -25], [44, -24]],
  [[131, 31], [140, 35], [142, 40], [145, 44], [141, 45], [139, 38], [130, 34]],
  [[95, 5], [106, -6], [114, -8], [106, -7], [100, -1]],
  [[109, 1], [117, 7], [119, 5], [116, -4], [110, -3]],
  [[120, -5], [125, 1], [120, 1]],
  [[131, -1], [141, -3], [150, -10], [138, -8]],
  [[120, 18], [126, 8], [122, 10]],
  [[114, -22], [122, -18], [131, -12], [142, -11], [153, -25], [150, -38], [139, -37], [130, -32],
    [115, -35]],
  [[167, -46], [173, -41], [173, -35], [178, -38], [170, -46]],
];

function contains(polygon: Place[], [x, y]: Place): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** One path of all dots of land. */
export function landDots(step = 2.5): string {
  let d = "";
  for (let latitude = NORTH - 2; latitude > SOUTH; latitude -= step)
    for (let longitude = -170; longitude < 188; longitude += step)
      if (LAND.some((piece) => contains(piece, [longitude, latitude]))) {
        const [x, y] = project([longitude, latitude]);
        d += `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
      }
  return d;
}
