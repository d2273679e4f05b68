/* tests/unit/yaml_doc.h: the YAML of the conformance suites (libyaml; tests
 * alone use it). A stream is visited a document at a time. */
#pragma once

#include "base/arena.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

static inline str yaml_text(const yaml_node_t *n)
{
	if (!n || n->type != YAML_SCALAR_NODE)
		return STR_NONE;
	return (str){ (const char *)n->data.scalar.value, n->data.scalar.length };
}

static inline yaml_node_t *yaml_at(yaml_document_t *doc, const yaml_node_t *map,
				   const char *key)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start;
	     p < map->data.mapping.pairs.top; p++)
		if (str_eq(yaml_text(yaml_document_get_node(doc, p->key)), str_from(key)))
			return yaml_document_get_node(doc, p->value);
	return NULL;
}

static inline str yaml_get(yaml_document_t *doc, const yaml_node_t *map, const char *key)
{
	return yaml_text(yaml_at(doc, map, key));
}

/* for (yaml_node_pair_t *p = NULL; (p = yaml_next_pair(map, p));) */
static inline yaml_node_pair_t *yaml_next_pair(const yaml_node_t *map,
					       yaml_node_pair_t *p)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	p = p ? p + 1 : map->data.mapping.pairs.start;
	return p < map->data.mapping.pairs.top ? p : NULL;
}

static inline yaml_node_item_t *yaml_next_item(const yaml_node_t *list,
					       yaml_node_item_t *i)
{
	if (!list || list->type != YAML_SEQUENCE_NODE)
		return NULL;
	i = i ? i + 1 : list->data.sequence.items.start;
	return i < list->data.sequence.items.top ? i : NULL;
}

/* Calls fn for each document; the number of documents, or -1: no such file. */
static inline int
yaml_each(struct arena *a, const char *path,
	  void (*fn)(struct arena *a, yaml_document_t *doc, void *context), void *context)
{
	str text;
	yaml_parser_t parser;
	int count = 0;
	if (file_read(a, path, 64 << 20, &text).kind)
		return -1;
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	for (;;) {
		yaml_document_t doc;
		if (!yaml_parser_load(&parser, &doc))
			break;
		bool end = !yaml_document_get_root_node(&doc);
		if (!end)
			fn(a, &doc, context);
		yaml_document_delete(&doc);
		if (end)
			break;
		count++;
	}
	if (parser.error)
		fprintf(stderr, "%s: %s\n", path, parser.problem);
	yaml_parser_delete(&parser);
	return count;
}

/* The folder of the shared data, or NULL with a line that says so. */
static inline const char *data_folder(void)
{
	const char *dir = getenv("POSTERN_DATA_SHARED");
	if (dir && access(dir, R_OK) != 0)
		dir = NULL;
	if (!dir)
		printf("skipped: no folder with test data (POSTERN_DATA_SHARED)\n");
	return dir;
}
