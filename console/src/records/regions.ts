import { queryOptions, useQuery } from "@tanstack/react-query";

import type { Field } from "../api/resources";

export interface Region {
  code: string;
  /** Province, city and district, as far as the code goes. */
  names: string[];
}

/** Divisions of China by their codes (GB/T 2260). The data are large: only those who see a region load them. */
const all = queryOptions({
  queryKey: ["regions"],
  queryFn: async (): Promise<Map<string, Region>> => {
    const { areaList } = await import("@vant/area-data");
    const { province_list: provinces, city_list: cities, county_list: counties } = areaList;
    const found = new Map<string, Region>();
    for (const list of [provinces, cities, counties]) {
      for (const [code, name] of Object.entries(list)) {
        const above = [provinces[`${code.slice(0, 2)}0000`], cities[`${code.slice(0, 4)}00`]];
        const names = [...above, name].filter((each) => each !== undefined);
        found.set(code, { code, names: names.filter((each, at) => each !== names[at - 1]) });
      }
    }
    return found;
  },
  staleTime: Infinity,
  gcTime: Infinity,
});

export const isRegion = (field: Field): boolean => field.name === "region";

export function useRegions(on = true): Map<string, Region> | undefined {
  return useQuery({ ...all, enabled: on }).data;
}

const MOST = 20;

/** Those whose names contain all that was typed, the larger ones first. */
export function matching(regions: Map<string, Region>, text: string): Region[] {
  const words = text.split(/\s+/).filter(Boolean);
  const found: Region[] = [];
  for (const region of regions.values()) {
    const name = region.names.join("");
    if (words.every((each) => name.includes(each) || region.code.startsWith(each))) found.push(region);
  }
  return found.sort((one, other) => one.names.length - other.names.length).slice(0, MOST);
}
