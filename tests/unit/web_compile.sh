#!/bin/sh
# web_compile.sh COMPILER: what the template compiler refuses, and what it says.
compiler=$1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

# refuses WHAT LINE SAYS [PART]: with SAYS in the message, at that line; of t.html, or of
# part.part.html, whose text PART is.
refuses() {
	printf '%b' "$1" >"$dir/t.html"
	printf '%b' "${4-}" >"$dir/part.part.html"
	if "$compiler" "$dir" "$dir/t.html" "$dir/part.part.html" 2>"$dir/err" ||
	   ! grep -q "${4+part.par}t.html:$2: .*$3" "$dir/err"; then
		failed=$((failed + 1))
		echo "not refused at line $2 with \"$3\": $1" >&2
		cat "$dir/err" >&2
	else
		passed=$((passed + 1))
	fi
}

# accepts WHAT HAS [PART]: and the C that comes of it has HAS.
accepts() {
	printf '%b' "$1" >"$dir/t.html"
	printf '%b' "${3-}" >"$dir/part.part.html"
	if "$compiler" "$dir" "$dir/t.html" "$dir/part.part.html" 2>"$dir/err" &&
	   grep -qF "$2" "$dir/templates.c"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not accepted, or without \"$2\": $1" >&2
		cat "$dir/err" >&2
	fi
}

d='{page t\nstr s\nhtml h\nbool b\nint n\ntime w\neach r\nstr x\nend\n}\n'
refuses '<p>'                                 1 'begins with {page'
refuses '{page other}\n'                      1 "file's name is t"
refuses '{page t\nstr s\n'                    1 'has no "}"'
refuses '{page t\nstr s\nint s\n}\n'          3 'declared twice'
refuses '{page t\nchar s\n}\n'                2 'no type char'
refuses '{page t\nmany nothing m\n}\n'        2 'no template nothing'
refuses '{page t layout=nothing}\n'           1 'no such template'
refuses "$d{missing}\n"                      11 'missing is not declared'
refuses "$d<p>\n<a {s}>\n"                   12 'between tags or in a quoted attribute'
refuses "$d<a href={s}>\n"                   11 'between tags or in a quoted attribute'
refuses "$d<a href='x'>\n"                   11 'double quotes'
refuses "$d<p title=\"{h}\">\n"              11 'cannot be printed here'
refuses "$d<p>{b}</p>\n"                     11 'cannot be printed here'
refuses "$d<p>{w}</p>\n"                     11 'cannot be printed here'
refuses "$d<p title=\"{s|marked}\">\n"       11 'cannot be printed here'
refuses "$d<script>\n"                       11 'Content-Security-Policy'
refuses "$d<p style=\"color:red\">\n"        11 'Content-Security-Policy'
refuses "$d<p onclick=\"x\">\n"              11 'Content-Security-Policy'
refuses "$d<iframe srcdoc=\"{s}\">\n"        11 'Content-Security-Policy'
refuses "$d<img srcset=\"{s}\">\n"           11 'printed safely'
refuses "$d<meta http-equiv=\"refresh\" content=\"{s}\">\n" 11 'stands in a header'
refuses "$d<!-- x -->\n"                     11 'HTML comments'
refuses "$d{#if b}\n<p\n{/if}\n"             11 'different places'
refuses "$d{#if b}<p>{#else}<p {/if}\n"      11 'different places'
refuses "$d{#if b}\n<p>\n"                   11 'wants {/if}'
refuses "$d{#each r}{/if}\n"                 11 'wants {/each}'
refuses "$d{#each s}{/each}\n"               11 'has no rows'
refuses "$d{x}\n"                            11 'x is not declared'
refuses "$d{/if}\n"                          11 'closes nothing'
refuses "$d{#if b=x}{/if}\n"                 11 'can be compared'
refuses "$d{@nothing.css}\n"                 11 'no file nothing.css'
refuses "$d{script t.html}\n"                 11 'between tags'
refuses "$d{script nothing.js}\n"             11 'no file nothing.js'
refuses "$d<p title=\"{script x.js}\">\n"     11 'between tags'
refuses "$d{slot}{slot}\n"                   11 'stands once'
refuses "$d<p {\n"                           11 '{ without }'
refuses "$d{include nothing}\n"              11 'no part nothing'
refuses "$d{include part}\n"                  2 'missing is not declared' '<p>\n{missing}'
refuses "$d{include part}\n"                  1 'wants {/if}' '{#if b}\n'
refuses "$d{#if b}{include part}{/if}\n"      2 'closes nothing' '<p>\n{/if}'
refuses "$d{include part}\n"                  1 'includes no other' '{include part}'
refuses "$d{include part}\n"                  1 'printed here' '<p>{b}'
refuses "$d<p>\n{include part}\n{missing}"   13 'missing is not declared'

accepts "$d<p>{s}</p>"                          'esc_text(out, p->s)'
accepts "$d<p title=\"{s}\"></p>"               'esc_text(out, p->s)'
accepts "$d<a href=\"{s}\"></a>"                'esc_url(out, p->s)'
accepts "$d<a href=\"/x/{s}\"></a>"             'esc_part(out, p->s)'
accepts "$d<a href=\"/x?q={s|path}\"></a>"      'esc_path(out, p->s)'
accepts "$d<p>{h}</p>"                          'html_add(out, p->h)'
accepts "$d<p>{s|marked}</p>"                   'esc_marked(out, p->s)'
accepts "$d{#each r}<p>{x}{s}</p>{/each}"       'esc_text(out, r1->x)'
accepts "$d<p>{{s}</p>"                         '<p>{s}</p>'
accepts "$d<p{#if b} hidden{/if}>x</p>"         'buf_add(out, STR(" hidden"))'
accepts "$d{#if s=it?}y{/if}"                   'str_eq(p->s, STR("it\?"))'
accepts "$d\t <p>\n  {! a remark }\n\t1</p>"    '"1</p>"'
accepts "$d<p>{include part}</p>"               'esc_text(out, p->s)' '{! a remark }\n{s}'
accepts "$d{#each r}{include part}{/each}"      'esc_text(out, r1->x)' '<p>{x}</p>\n'
accepts "$d<a href=\"{include part}\"></a>"     'esc_url(out, p->s)' '{s}'
# texts, each as a whole, with its places
accepts "$d<p>{include part} is here</p>"       '"At {s} is here"' 'At {s}'
accepts "$d<p>At {s} <a href=\"{s}\">here</a>.</p>" '"At {s} <a>here</a>."'
accepts "$d<p>At <bdi>{s}</bdi> or {s}</p>"     '"At {s} or {s2}"'
accepts "$d<p><b>At</b> <i>{s}</i></p>"         'buf_add(out, wording_of(0)->text)'
accepts "$d<p title=\"At {s}\" class=\"x\"></p>" 'sizeof("At {s}") - 1 }, true'
accepts "$d<p>{{s} at</p>"                      '{s} at</p>'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
