import { queryOptions, useQueryClient } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import type { OptionCreate, OptionPatch, Tag, TagCreate, TagPatch, TenantOption } from "../api/schema";

export const options = queryOptions({
  queryKey: ["options"],
  queryFn: async (): Promise<TenantOption[]> => (await body(api.GET("/options", { params: { header: caller() } }))).data,
});

export const tags = queryOptions({
  queryKey: ["tags"],
  queryFn: async (): Promise<Tag[]> => (await body(api.GET("/tags", { params: { header: caller() } }))).data,
});

/** What lists and forms show of them is read again. */
export function useRefresh(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const key of ["options", "tags", "fields"]) void queries.invalidateQueries({ queryKey: [key] });
  };
}

const written = (requestId: string) => ({ ...caller(), "X-Request-ID": requestId });

export const addOption = (requestId: string, option: OptionCreate) =>
  body(api.POST("/options", { params: { header: written(requestId) }, body: option }));

export const changeOption = ({ field, optionId }: TenantOption, requestId: string, option: OptionPatch) =>
  body(api.PATCH("/options/{field}/{option_id}", { params: { header: written(requestId), path: { field, option_id: optionId } }, body: option }));

export const deleteOption = ({ field, optionId }: TenantOption, requestId: string) =>
  api.DELETE("/options/{field}/{option_id}", { params: { header: written(requestId), path: { field, option_id: optionId } } });

export const addTag = (requestId: string, tag: TagCreate) => body(api.POST("/tags", { params: { header: written(requestId) }, body: tag }));

export const changeTag = (tagId: string, requestId: string, tag: TagPatch) =>
  body(api.PATCH("/tags/{tag_id}", { params: { header: written(requestId), path: { tag_id: tagId } }, body: tag }));

export const mergeTag = (tagId: string, requestId: string, intoTagId: string) =>
  body(api.POST("/tags/{tag_id}/merge", { params: { header: written(requestId), path: { tag_id: tagId } }, body: { intoTagId } }));
