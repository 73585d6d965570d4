/* SPDX-License-Identifier: MIT */
/* version - the version of the library, which the build passes in so that it stands in one place.
 */
#include "quern/quern.h"

#ifndef QUERN_VERSION_STRING
#error "compile with -DQUERN_VERSION_STRING=\"...\""
#endif

const char *quern_version(void)
{
    return QUERN_VERSION_STRING;
}
