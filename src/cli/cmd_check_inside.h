/* cli/cmd_check_inside.h: what the files of `postern check report` share. */
#pragma once

#include "cli/cli.h"
#include "mail/report_tls.h"

#include <jansson.h>

/* A report on TLS as the command prints it; the caller's. */
json_t *cli_report_tls(struct cli *c, const struct report_tls *r);
