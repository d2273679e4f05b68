/* roles/post_inside.h: the thread of post that looks into files (archive/inside.h), so that no post
 * waits for that. It has an archive book of its own; a PDF is read by the role wall. */
#pragma once

#include "roles/role.h"

MUST_USE err post_inside_start(struct role *role);
