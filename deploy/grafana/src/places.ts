// Where regions are, for the map: regions have names only, and clouds name theirs after places. A
// region that no pattern knows is in every other panel, but not on the map.

// [regular expression of the whole name, geohash]
const places: [string, string][] = [
  ['us-east-1|us-east4|eastus2?', 'dqcj'], // Virginia
  ['us-east-2|us-east5|northcentralus', 'dphg'], // Ohio
  ['us-east1', 'djyc'], // South Carolina
  ['us-central1|centralus', '9zmy'], // Iowa
  ['us-west-1|westus', '9q9h'], // Northern California
  ['us-west-2|us-west1|westus2', 'c20f'], // Oregon
  ['ca-central-1|northamerica-northeast1|canadaeast', 'f25d'],
  ['sa-east-1|southamerica-east1|brazilsouth', '6gyf'],
  ['eu-west-1|northeurope', 'gc7x'], // Dublin
  ['eu-west-2|europe-west2|uksouth', 'gcpv'], // London
  ['eu-west-3|europe-west9|francecentral', 'u09t'], // Paris
  ['eu-central-1|europe-west3|germanywestcentral', 'u0yj'],
  ['eu-central-2|europe-west6|switzerlandnorth', 'u0qj'],
  ['eu-north-1|swedencentral', 'u6sc'],
  ['eu-south-1|europe-west8|italynorth', 'u0nd'],
  ['eu-south-2|europe-southwest1|spaincentral', 'ezjm'],
  ['europe-west4|westeurope', 'u173'], // Netherlands
  ['af-south-1|africa-south1|southafricanorth', 'k3vn'],
  ['me-south-1|me-central1|uaenorth', 'thrr'],
  ['ap-south-1|asia-south1|westindia', 'te7u'], // Mumbai
  ['ap-southeast-1|asia-southeast1|southeastasia', 'w21z'],
  ['ap-southeast-2|australia-southeast1|australiaeast', 'r3gx'],
  ['ap-northeast-1|asia-northeast1|japaneast', 'xn76'],
  ['ap-northeast-2|asia-northeast3|koreacentral', 'wydm'],
  ['ap-northeast-3|asia-northeast2|japanwest', 'xn0m'],
  ['ap-east-1|asia-east2|eastasia', 'wecn'], // Hong Kong
];

// The query with the label `geohash` on every series whose `label` is a known region.
export function placed(expr: string, label: string): string {
  return places.reduce(
    (inner, [pattern, geohash]) =>
      `label_replace(${inner}, "geohash", "${geohash}", "${label}", "${pattern}")`,
    expr,
  );
}
