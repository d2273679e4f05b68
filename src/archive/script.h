/* archive/script.h: in which script a text is written, so in which direction it runs and in
 * which language a screen reader should say it.
 *
 *     script_language(STR("en-US"), STR("Grüße aus Kiel"))     -> "en-US"
 *     script_language(STR("en-US"), STR("東京の結晶"))         -> "ja"
 *     script_leads_left(STR("> שלום"))                         -> true
 */
#pragma once

#include "base/str.h"

/* Does its first letter run from right to left (Unicode TR 9, rules P2 and P3)? What
 * dir=auto does, for an element whose paragraphs have a direction of their own. */
bool script_leads_left(str text);

/* A language tag (RFC 5646) for the text: the declared one, where it is a single one whose
 * language is written so; else that of most texts in the script. Empty: nobody knows. Part
 * of declared, or static. */
str script_language(str declared, str text);
