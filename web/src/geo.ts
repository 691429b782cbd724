// Where regions are, and a coarse world of dots to show them on. Pure. Coordinates are of the city
// that the clouds name for a region, rounded to a degree; [longitude, latitude].

export type Place = [number, number];

const PLACES: Record<string, Place> = {
  // AWS
  "us-east-1": [-78, 38], "us-east-2": [-83, 40], "us-west-1": [-122, 37], "us-west-2": [-120, 45],
  "ca-central-1": [-73, 45], "ca-west-1": [-114, 51], "sa-east-1": [-46, -23],
  "mx-central-1": [-100, 21], "eu-west-1": [-6, 53], "eu-west-2": [0, 51], "eu-west-3": [2, 49],
  "eu-central-1": [9, 50], "eu-central-2": [8, 47], "eu-north-1": [18, 59], "eu-south-1": [9, 45],
  "eu-south-2": [-1, 41], "af-south-1": [18, -34], "il-central-1": [35, 32],
  "me-south-1": [50, 26], "me-central-1": [54, 24], "ap-south-1": [73, 19], "ap-south-2": [78, 17],
  "ap-southeast-1": [104, 1], "ap-southeast-2": [151, -34], "ap-southeast-3": [107, -6],
  "ap-southeast-4": [145, -38], "ap-southeast-5": [102, 3], "ap-southeast-7": [100, 14],
  "ap-northeast-1": [140, 36], "ap-northeast-2": [127, 37], "ap-northeast-3": [135, 34],
  "ap-east-1": [114, 22],
  // Google Cloud
  "us-central1": [-95, 41], "us-east1": [-80, 33], "us-east4": [-77, 39], "us-west1": [-121, 45],
  "us-west2": [-118, 34], "us-west3": [-112, 41], "us-west4": [-115, 36], "us-south1": [-97, 33],
  "northamerica-northeast1": [-73, 45], "northamerica-northeast2": [-79, 44],
  "southamerica-east1": [-46, -23], "southamerica-west1": [-71, -33], "europe-west1": [4, 50],
  "europe-west2": [0, 51], "europe-west3": [9, 50], "europe-west4": [7, 53], "europe-west6": [8, 47],
  "europe-west8": [9, 45], "europe-west9": [2, 49], "europe-north1": [27, 61],
  "europe-central2": [21, 52], "europe-southwest1": [-4, 40], "asia-east1": [120, 24],
  "asia-east2": [114, 22], "asia-northeast1": [140, 36], "asia-northeast2": [135, 34],
  "asia-northeast3": [127, 37], "asia-south1": [73, 19], "asia-south2": [77, 28],
  "asia-southeast1": [104, 1], "asia-southeast2": [107, -6], "australia-southeast1": [151, -34],
  "australia-southeast2": [145, -38], "africa-south1": [28, -26], "me-west1": [35, 32],
  // Azure
  eastus: [-79, 37], eastus2: [-78, 36], westus: [-122, 37], westus2: [-120, 47],
  westus3: [-112, 33], centralus: [-94, 42], southcentralus: [-98, 29], northcentralus: [-88, 42],
  canadacentral: [-79, 44], canadaeast: [-71, 47], brazilsouth: [-46, -23], northeurope: [-6, 53],
  westeurope: [5, 52], uksouth: [0, 51], ukwest: [-3, 51], francecentral: [2, 49],
  germanywestcentral: [9, 50], switzerlandnorth: [8, 47], norwayeast: [11, 60],
  swedencentral: [17, 61], polandcentral: [21, 52], italynorth: [9, 45], spaincentral: [-4, 40],
  southafricanorth: [28, -26], uaenorth: [55, 25], israelcentral: [35, 32], centralindia: [74, 19],
  southindia: [80, 13], southeastasia: [104, 1], eastasia: [114, 22], japaneast: [140, 36],
  japanwest: [135, 34], koreacentral: [127, 37], australiaeast: [151, -34],
  australiasoutheast: [145, -38],
};

export const placeOf = (region: string): Place | null => PLACES[region] ?? null;

export const WIDTH = 720;
export const HEIGHT = 300;
const NORTH = 76;
const SOUTH = -50;

export function project([longitude, latitude]: Place): [number, number] {
  return [((longitude + 172) / 360) * WIDTH, ((NORTH - latitude) / (NORTH - SOUTH)) * HEIGHT];
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
